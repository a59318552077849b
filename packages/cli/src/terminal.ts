import { closeSync, openSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { attempt, SIG_SETMASK, TIOC } from '@ns/syscalls'

/** `asm-generic/signal-defs.h` */
const SIG_BLOCK = 0

/** The controlling terminal's process groups. */
export interface Terminal {
  readonly ours: number
  readonly foreground: number
}

/** `undefined` without a terminal. */
export function readTerminal(): Terminal | undefined {
  try {
    const fields = readFileSync('/proc/self/stat', 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')
    const [ours = 0, , , foreground = -1] = fields.slice(2).map(Number) // pgrp session tty_nr tpgid
    return foreground === -1 ? undefined : { ours, foreground }
  } catch {
    return undefined
  }
}

/**
 * Makes our process group the foreground again when the one that is has nobody left in it. A shell with job control
 * in a pid namespace cannot give the terminal back: the group to which it belonged has no number there.
 */
export function takeBack({ ours }: Terminal): void {
  const now = readTerminal()
  if (!now || now.foreground === now.ours || ours === 0 || isAlive(now.foreground)) return
  const set = Buffer.alloc(8)
  set.writeBigUInt64LE(1n << BigInt(constants.signals.SIGTTOU - 1))
  const old = Buffer.alloc(8)
  const group = Buffer.alloc(4)
  group.writeInt32LE(ours)
  const tty = openSync('/dev/tty', 'r+')
  // Blocked, or the kernel would stop us for it: a background process that changes the terminal (tcsetpgrp(3)).
  attempt('rt_sigprocmask', SIG_BLOCK, set, old, 8)
  attempt('ioctl', tty, TIOC.SPGRP, group)
  attempt('rt_sigprocmask', SIG_SETMASK, old, null, 8)
  closeSync(tty)
}

function isAlive(group: number): boolean {
  try {
    return process.kill(-group, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
