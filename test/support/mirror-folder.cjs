// Makes one folder the same as another by copying only files whose size or time differs, as rsync does: `node
// mirror-folder.cjs FROM TO [uid gid]`. A process of its own, because a test's own process measures time meanwhile.
const fs = require('node:fs');
const path = require('node:path');

const [from, to, uid, gid] = process.argv.slice(2);
/** What belongs to the running server and not to a copy of it. */
const LEAVE = new Set([
  'postmaster.pid',
  'postmaster.opts',
  'standby.signal',
  'follow.conf',
  'backup_label',
  'backup_label.old',
  'pg_stat_tmp',
]);

function own(file) {
  if (uid !== undefined) {
    fs.chownSync(file, Number(uid), Number(gid));
  }
}

function mirror(source, target, top) {
  const wanted = new Map();
  for (const entry of fs.readdirSync(source, { withFileTypes: true })) {
    if (!(top && LEAVE.has(entry.name))) {
      wanted.set(entry.name, entry);
    }
  }
  for (const entry of fs.readdirSync(target, { withFileTypes: true })) {
    if (!wanted.has(entry.name)) {
      fs.rmSync(path.join(target, entry.name), { recursive: true, force: true });
    }
  }
  for (const [name, entry] of wanted) {
    const [a, b] = [path.join(source, name), path.join(target, name)];
    if (entry.isDirectory()) {
      if (!fs.existsSync(b)) {
        fs.mkdirSync(b, { mode: 0o700 });
        own(b);
      }
      // The WAL of a copy comes over the wire.
      const noWal = top && name === 'pg_wal' && process.env.WAL !== 'copy';
      if (noWal) {
        fs.rmSync(b, { recursive: true });
        for (const folder of [b, path.join(b, 'archive_status'), path.join(b, 'summaries')]) {
          fs.mkdirSync(folder, { mode: 0o700 });
          own(folder);
        }
      } else {
        mirror(a, b, false);
      }
      continue;
    }
    try {
      copyIfChanged(a, b);
    } catch (error) {
      // A file may go while a base backup is being taken; recovery knows.
      if (error.code !== 'ENOENT') {
        throw error;
      }
    }
  }
}

function copyIfChanged(a, b) {
  const now = fs.lstatSync(a);
  const before = fs.lstatSync(b, { throwIfNoEntry: false });
  if (before !== undefined && before.size === now.size && Math.abs(before.mtimeMs - now.mtimeMs) < 0.002) {
    return;
  }
  fs.copyFileSync(a, b);
  own(b);
  fs.utimesSync(b, now.atimeMs / 1000, now.mtimeMs / 1000);
}

mirror(from, to, true);
