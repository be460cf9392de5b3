declare const SHAREDNODE_VERSION: string | undefined;

/** The package's version, stamped by the build. */
export const VERSION =
  typeof SHAREDNODE_VERSION === 'string' ? SHAREDNODE_VERSION : '0.0.0';
