/**
 * Stands in for an object with some of its methods replaced. Every other call reaches the object itself, so that a class
 * with `#private` members works.
 */
export function withMethods<Target extends object>(target: Target, methods: Partial<Target>): Target {
  return new Proxy(target, {
    get: (_, name) => {
      const from = Object.hasOwn(methods, name) ? methods : target;
      const member: unknown = Reflect.get(from, name, from);
      return typeof member === 'function' ? (member.bind(from) as unknown) : member;
    },
  });
}
