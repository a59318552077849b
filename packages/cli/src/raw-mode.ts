import { attempt } from '@ns/syscalls'

/** `asm-generic/ioctls.h` */
const TCGETS = 0x5401
const TCSETSW = 0x5403
/** `struct termios` of `asm-generic/termbits.h`: where its fields are. */
const TERMIOS = { iflag: 0, oflag: 4, cflag: 8, lflag: 12, time: 17 + 5, min: 17 + 6, size: 36 }

/**
 * Makes a terminal raw, as cfmakeraw(3) does: what is typed and printed goes through unchanged, once. Node's own raw mode
 * leaves the output processed, which the other terminal has done already.
 *
 * @returns what makes it as it was
 */
export function makeRaw(fd: number): () => void {
  const before = Buffer.alloc(TERMIOS.size)
  if (attempt('ioctl', fd, TCGETS, before) < 0) return () => {}
  const raw = Buffer.from(before)
  const clear = (at: number, bits: number) =>
    raw.writeUInt32LE((raw.readUInt32LE(at) & ~bits) >>> 0, at)
  clear(TERMIOS.iflag, 0o2753) // IGNBRK BRKINT PARMRK ISTRIP INLCR IGNCR ICRNL IXON
  clear(TERMIOS.oflag, 0o1) // OPOST
  clear(TERMIOS.lflag, 0o100113) // ISIG ICANON ECHO ECHONL IEXTEN
  clear(TERMIOS.cflag, 0o400) // PARENB
  raw.writeUInt32LE(raw.readUInt32LE(TERMIOS.cflag) | 0o60, TERMIOS.cflag) // CS8
  raw[TERMIOS.min] = 1
  raw[TERMIOS.time] = 0
  attempt('ioctl', fd, TCSETSW, raw)
  return () => attempt('ioctl', fd, TCSETSW, before)
}
