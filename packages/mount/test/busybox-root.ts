import { copyFileSync, existsSync, symlinkSync } from 'node:fs'
import type { Scratch } from '@ns/testkit'

const busybox = ['/bin/busybox', '/usr/bin/busybox'].find(existsSync) ?? '/bin/busybox'
const applets = ['cat', 'echo', 'ls', 'mkdir', 'pwd', 'readlink', 'sh', 'stat', 'touch'] as const

/** A root directory with a shell, `/proc`, `/tmp` and `/data`; nothing is mounted in it. */
export function busyboxRoot(scratch: Scratch): string {
  const root = scratch.directory('root')
  for (const name of ['bin', 'data', 'proc', 'tmp']) scratch.directory(`root/${name}`)
  copyFileSync(busybox, `${root}/bin/busybox`)
  for (const applet of applets) symlinkSync('busybox', `${root}/bin/${applet}`)
  return root
}
