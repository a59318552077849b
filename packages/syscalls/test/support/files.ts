import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A directory of a test's own, gone at its end. */
export class Directory {
  readonly path: string

  constructor(parent: string = tmpdir()) {
    this.path = mkdtempSync(join(parent, 'ns-syscalls-'))
  }

  /** The path of a file in it. */
  at(name: string): string {
    return join(this.path, name)
  }

  /** Writes a file and returns its path. */
  write(name: string, content: string | Uint8Array, mode: number): string {
    writeFileSync(this.at(name), content, { mode })
    return this.at(name)
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true })
  }
}
