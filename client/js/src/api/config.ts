import type { Core } from '../core.js';
import type { CallOptions } from '../deadline.js';
import { type Config, Methods } from '../nodeapi.gen.js';

/** The configuration in force, which tabs ask for by `connect`. */
export interface ConfigAPI {
  /**
   * One field.
   *
   * @throws `invalid-option`
   */
  get<K extends keyof Config>(
    key: K,
    options?: CallOptions,
  ): Promise<Config[K]>;
  /** All of it. */
  getAll(options?: CallOptions): Promise<Config>;
}

/** The calls on the configuration. */
export function configAPI({ invalidOption, link }: Core): ConfigAPI {
  const getAll = (options: CallOptions = {}) =>
    link.ask<Config>(Methods.ConfigGetAll, null, options);
  return {
    getAll,
    get: async (key, options) => {
      const config = await getAll(options);
      if (!Object.hasOwn(config, key)) {
        throw invalidOption('config.get', 'key', key);
      }
      return config[key];
    },
  };
}
