import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A directory of a test's own, gone at its end. */
export class Scratch {
  readonly path: string = mkdtempSync(join(tmpdir(), 'ns-test-'))

  /** The path of something in it. */
  at(name: string): string {
    return join(this.path, name)
  }

  /** Makes a directory and returns its path. */
  directory(name: string): string {
    mkdirSync(this.at(name), { recursive: true })
    return this.at(name)
  }

  /** Writes a file and returns its path. */
  file(name: string, content: string | Uint8Array = '', mode = 0o644): string {
    mkdirSync(dirname(this.at(name)), { recursive: true })
    writeFileSync(this.at(name), content, { mode })
    return this.at(name)
  }

  [Symbol.dispose](): void {
    try {
      rmSync(this.path, { recursive: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error
      // What overlayfs leaves in its work directory is closed even to its owner.
      execFileSync('chmod', ['-R', 'u+rwx', this.path])
      rmSync(this.path, { recursive: true })
    }
  }
}
