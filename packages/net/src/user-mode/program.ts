import { execFile } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { promisify } from 'node:util'
import { filesInPath, mayExecute, NamespaceError, UnsupportedError } from '@ns/syscalls'
import type { UserModeDriver } from './options.ts'

const TUN = '/dev/net/tun'
const packages = { pasta: 'passt', slirp4netns: 'slirp4netns' } as const

/** A driver that is installed. */
export interface Program {
  readonly driver: UserModeDriver
  readonly path: string
  /** What it says of itself: `'1.2.0'`, `'0.0~git20230309'`, `'unknown version'`. */
  readonly version: string
  /** Whether it has this option: they came and went, and versions don't say when. */
  has(option: string): boolean
}

/**
 * Finds the driver.
 *
 * @throws {UnsupportedError} when it is not installed
 * @throws {NamespaceError} `ERR_NS_PERMISSION` when root asks for pasta
 */
export async function findProgram(wanted: UserModeDriver | undefined): Promise<Program> {
  const isRoot = process.geteuid?.() === 0
  if (wanted === 'pasta' && isRoot)
    throw new NamespaceError('userMode: pasta gives up root’s rights before it needs them', {
      code: 'ERR_NS_PERMISSION',
      namespace: 'net',
      operation: 'userMode',
      hint: "take driver: 'slirp4netns', or be an ordinary user",
    })
  const drivers: readonly UserModeDriver[] = wanted
    ? [wanted]
    : isRoot
      ? ['slirp4netns']
      : ['pasta', 'slirp4netns']
  for (const driver of drivers) {
    const path = filesInPath(driver).find(mayExecute)
    if (path) return await look(driver, path)
  }
  const names = drivers.map((driver) => `${driver} (package ${packages[driver]})`)
  throw new UnsupportedError(`userMode: not installed: ${names.join(', ')}`)
}

async function look(driver: UserModeDriver, path: string): Promise<Program> {
  const [version, help] = await Promise.all(['--version', '--help'].map((it) => ask(path, it)))
  const options = new Set(help?.match(/--[a-z0-9-]+/g))
  const line = version?.split('\n').find((it) => it.startsWith(driver)) ?? ''
  const said = line
    .replace(driver, '')
    .replace(/^ version/, '')
    .trim()
  return { driver, path, version: said || 'unknown', has: (option) => options.has(option) }
}

/** pasta writes its help to stderr and ends with 1. */
async function ask(path: string, option: string): Promise<string> {
  const options = { timeout: 10_000, killSignal: 'SIGKILL' } as const
  const said = promisify(execFile)(path, [option], options).catch((error) => error)
  const { stdout = '', stderr = '' } = await said
  return `${stdout}\n${stderr}`
}

/**
 * Both open it inside, where a refusal is a hang of pasta's.
 *
 * @throws {NamespaceError} `ERR_NS_PERMISSION` when it can't be opened
 */
export function checkTun(): void {
  try {
    closeSync(openSync(TUN, 'r+'))
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    throw new NamespaceError(`userMode: ${(cause as Error).message}`, {
      code: 'ERR_NS_PERMISSION',
      namespace: 'net',
      operation: 'userMode',
      hint: isMissing
        ? `there is no ${TUN}: load the module tun, or give the container the device`
        : `let this user read and write ${TUN}: distributions have it so (chmod 666)`,
      cause,
    })
  }
}
