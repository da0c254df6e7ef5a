import { setTimeout as pause } from 'node:timers/promises';
import { Controller, Get } from '@nestjs/common';
import { Public } from '../access/decorators.js';
import { runService } from './run-service.js';

/** A service with slow responses, which the tests of shutdown start as a process. */
@Public()
@Controller('v1/slow')
class SlowController {
  #begun = 0;

  @Get()
  async slow(): Promise<string> {
    this.#begun += 1;
    await pause(400);
    return 'answered';
  }

  @Get('begun')
  count(): string {
    return String(this.#begun);
  }

  @Get('rejected')
  rejected(): string {
    void Promise.reject(new Error('forgotten'));
    return 'never mind';
  }
}

class SlowModule {}

await runService({
  name: 'linker',
  config: {},
  module: () => ({ module: SlowModule, controllers: [SlowController] }),
});
