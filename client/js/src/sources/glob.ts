import type { FileCandidate } from './entry.js';
import type { GlobSourceOptions } from './sources.js';

/** `globSource` */
export async function* glob(
  folder: FileSystemDirectoryHandle,
  pattern: string,
  options: GlobSourceOptions,
  above = '',
): AsyncGenerator<FileCandidate, void> {
  const wanted = globPattern(pattern);
  for await (const child of folder.values()) {
    if (child.name.startsWith('.') && !options.hidden) {
      continue;
    }
    const path = `${above}/${child.name}`;
    if (child.kind === 'directory') {
      yield* glob(child as FileSystemDirectoryHandle, pattern, options, path);
    } else if (wanted.test(path.slice(1))) {
      const content = await (child as FileSystemFileHandle).getFile();
      const mtime = new Date(content.lastModified);
      yield { path, content, ...(options.preserveMtime && { mtime }) };
    }
  }
}

/** What stands for a part of a pattern, but for what is itself. */
const parts: Record<string, string> = {
  '**/': '(?:.*/)?',
  '**': '.*',
  '*': '[^/]*',
  '?': '[^/]',
  '{': '(?:',
  '}': ')',
  ',': '|',
};

/** The paths that a pattern is for. */
export function globPattern(pattern: string): RegExp {
  let depth = 0; // of braces that are open
  const source = pattern
    .replace(/^\/+/, '')
    .replace(/\*\*\/|\*\*|[*?{},]|[.+^$()|[\]\\]/g, (part) => {
      const inside = depth > 0;
      if (part === '{') {
        depth++;
      } else if (part === '}' && inside) {
        depth--;
      } else if (part === ',' && !inside) {
        return part;
      } else if (part === '}') {
        return '\\}';
      }
      return parts[part] ?? `\\${part}`;
    });
  return new RegExp(`^${source}$`, 'u');
}
