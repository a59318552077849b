import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

export type Architecture = 'x64' | 'arm64'
export const architectures: readonly Architecture[] = ['x64', 'arm64']

const compilers: Readonly<Record<Architecture, string>> = {
  x64: 'x86_64-linux-gnu-gcc',
  arm64: 'aarch64-linux-gnu-gcc',
}

/** Why a test can't run: the compiler isn't installed. */
export function missingCompiler(architecture: Architecture): string | undefined {
  const compiler = compilers[architecture]
  const { error } = spawnSync(compiler, ['--version'])
  return error && `${compiler} is not installed`
}

/** One thing that the headers have to agree with: a C expression and its value. */
export type Claim = readonly [expression: string, value: number | bigint]

/** Younger (Linux 6.2 to 6.10) than the headers of some supported machines: compared where they are known. */
const young = [
  'MFD_EXEC',
  'LANDLOCK_RULE_NET_PORT',
  'LANDLOCK_ACCESS_FS_TRUNCATE',
  'LANDLOCK_ACCESS_FS_IOCTL_DEV',
  'LANDLOCK_ACCESS_NET_BIND_TCP',
  'LANDLOCK_ACCESS_NET_CONNECT_TCP',
]

/** What the compiler has against the claims, a line each; it only compiles, so any architecture can be asked. */
export function refute(
  architecture: Architecture,
  includes: readonly string[],
  claims: readonly Claim[],
): string[] {
  const source = [
    '#define _GNU_SOURCE',
    '#include <stddef.h>',
    ...includes.map((name) => `#include ${name.startsWith('"') ? name : `<${name}>`}`),
    ...claims.flatMap(([expression, value]) => {
      const bits = `${BigInt.asUintN(64, BigInt(value))}UL`
      const message = JSON.stringify(`${expression} is not ${value}`)
      const claim = `_Static_assert((unsigned long)(${expression}) == ${bits}, ${message});`
      return young.includes(expression) ? [`#ifdef ${expression}`, claim, '#endif'] : [claim]
    }),
  ]
  const native = join(import.meta.dirname, '../../native')
  const { stderr, status } = spawnSync(
    compilers[architecture],
    ['-fsyntax-only', '-std=gnu11', '-w', '-I', native, '-x', 'c', '-'],
    { input: source.join('\n'), encoding: 'utf8' },
  )
  const errors = stderr.split('\n').filter((line) => line.includes('error:'))
  return status === 0 || errors.length > 0 ? errors : [`the compiler ended with ${status}`]
}
