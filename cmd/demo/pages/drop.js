import { byId } from './dom.js';
import { complain } from './notices.js';

/**
 * What a person gave, as one thing to add:
 *
 * @typedef {object} Source
 * @property {string} name of the file or folder
 * @property {number} size in bytes of all of it
 * @property {File} [file] the file
 * @property {{path: string, content?: File}[]} [entries] what a folder holds,
 *   with the folder's name as the first part of each path
 */

/**
 * Calls `take` with the sources that come by drop, paste and choice; texts too
 * unless told otherwise.
 */
export function takeFiles(take, { texts = true } = {}) {
  const takeFrom = async (sources) => {
    try {
      take(await sources);
    } catch (error) {
      complain(error);
    }
  };
  acceptDrops((transfer) => takeFrom(fromTransfer(transfer, texts)));
  document.addEventListener('paste', (event) => {
    const { files } = event.clipboardData;
    const field = event.target.closest('input, textarea');
    if (files.length === 0 && (field !== null || !texts)) {
      return;
    }
    event.preventDefault();
    takeFrom(fromTransfer(event.clipboardData, texts));
  });
  acceptChoice('choose-files', 'files-input', takeFrom);
  if (byId('choose-folder')) {
    acceptChoice('choose-folder', 'folder-input', takeFrom);
  }
}

function acceptDrops(ondrop) {
  const zone = byId('drop');
  let depth = 0; // enter and leave come for each element on the way
  const over = (by) => {
    depth = by === 0 ? 0 : depth + by;
    zone.classList.toggle('over', depth > 0);
  };
  document.addEventListener('dragenter', () => over(+1));
  document.addEventListener('dragleave', () => over(-1));
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    over(0);
    ondrop(event.dataTransfer);
  });
}

function acceptChoice(buttonId, inputId, takeFrom) {
  const input = byId(inputId);
  byId(buttonId).addEventListener('click', () => input.click());
  input.addEventListener('change', () => {
    takeFrom(fromList([...input.files]));
    input.value = ''; // so that the same can be chosen again
  });
}

/** The sources of a drop or paste: files, folders, or else a text. */
async function fromTransfer(transfer, texts) {
  // All are asked for before the first wait: the list empties then.
  const items = [...transfer.items].filter(({ kind }) => kind === 'file');
  const found = items.map(
    (item) => item.webkitGetAsEntry?.() ?? item.getAsFile(),
  );
  const text = texts && transfer.getData('text/plain');
  if (found.length === 0) {
    return text
      ? [fromFile(new File([text], textName(), { type: 'text/plain' }))]
      : [];
  }
  return Promise.all(
    found.filter(Boolean).map(async (item) => {
      if (item instanceof File) {
        return fromFile(item);
      }
      return item.isFile
        ? fromFile(await fileOf(item))
        : fromFolder(item.name, await walk(item));
    }),
  );
}

function textName() {
  return `pasted ${new Date().toLocaleString('sv').replaceAll(':', '.')}.txt`;
}

/** The sources of a choice. Files of a chosen folder say so in their paths. */
function fromList(files) {
  const sources = [];
  const folders = new Map(); // entries by the folder's name
  for (const file of files) {
    const path = file.webkitRelativePath;
    if (path === '') {
      sources.push(fromFile(file));
      continue;
    }
    const [folder] = path.split('/');
    const entries = folders.get(folder) ?? [];
    entries.push({ path, content: file });
    folders.set(folder, entries);
  }
  folders.forEach((entries, name) => sources.push(fromFolder(name, entries)));
  return sources;
}

function fromFile(file) {
  return { name: file.name, size: file.size, file };
}

function fromFolder(name, entries) {
  const size = entries.reduce(
    (sum, { content }) => sum + (content?.size ?? 0),
    0,
  );
  return { name, size, entries };
}

function fileOf(entry) {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** Everything in a dropped folder, the folder itself first. */
async function walk(entry) {
  const path = entry.fullPath.slice(1);
  if (entry.isFile) {
    return [{ path, content: await fileOf(entry) }];
  }
  const found = [{ path }];
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) {
      return found; // browsers give a hundred or so at a time
    }
    for (const child of some) {
      found.push(...(await walk(child)));
    }
  }
}
