/** What a browser calls files, by the ends of their names. */
const types = {
  aac: 'audio/aac',
  apng: 'image/apng',
  avif: 'image/avif',
  bmp: 'image/bmp',
  flac: 'audio/flac',
  gif: 'image/gif',
  ico: 'image/x-icon',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  m4a: 'audio/mp4',
  m4v: 'video/mp4',
  mov: 'video/quicktime',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  mpg: 'video/mpeg',
  oga: 'audio/ogg',
  ogg: 'audio/ogg',
  ogv: 'video/ogg',
  opus: 'audio/ogg',
  png: 'image/png',
  svg: 'image/svg+xml',
  wav: 'audio/wav',
  weba: 'audio/webm',
  webm: 'video/webm',
  webp: 'image/webp',
};

/** The media type of a file by its name; that of plain bytes if it tells none. */
export function typeOf(name) {
  const end = /\.([^./]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  return types[end] ?? 'application/octet-stream';
}

/** How a file can be looked at: `image`, `audio`, `video`, or undefined. */
export function mediaKind(name) {
  const [kind] = typeOf(name).split('/');
  return kind === 'application' ? undefined : kind;
}
