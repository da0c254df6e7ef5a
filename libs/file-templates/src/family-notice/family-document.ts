import { escaped, htmlDocument, htmlList, htmlTable } from '../html-document.js';
import type { FamilyNotice, NoticeSection, ServiceNotice } from './family-notice.js';

/** The notice as an HTML document of its own, which needs nothing else and prints well: all services, or one. */
export function familyDocument(notice: FamilyNotice, service?: ServiceNotice): string {
  const { programme, version, about, services } = notice;
  const shown = service === undefined ? services : [service];
  const title =
    service === undefined
      ? `What is held about my family: ${programme}`
      : `What ${service.name} holds about my family`;
  return htmlDocument(title, [
    ...about.map(paragraph),
    ...(service === undefined
      ? [
          '<nav aria-label="Services"><ul>',
          ...services.map(({ service: id, name }) => `<li><a href="#${id}">${escaped(name)}</a></li>`),
          '</ul></nav>',
        ]
      : []),
    ...shown.flatMap(({ service: id, name, sections }) => [
      ...(service === undefined ? [`<h2 id="${id}">${escaped(name)}</h2>`] : []),
      ...sections.map((section) => partOf(section, service === undefined ? 3 : 2)),
    ]),
    paragraph(`Made from version ${version} of the definition of ${programme}.`),
  ]);
}

const paragraph = (text: string): string => `<p>${escaped(text)}</p>`;

const partOf = (
  { title, sentences, list = [], tables = [], after = [] }: NoticeSection,
  level: number,
): string =>
  [
    '<section>',
    `<h${level}>${escaped(title)}</h${level}>`,
    ...sentences.map(paragraph),
    ...(list.length === 0 ? [] : [htmlList(list)]),
    ...tables.map(({ caption, heads, rows }) => htmlTable(caption, heads, rows)),
    ...after.map(paragraph),
    '</section>',
  ].join('\n');
