import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import {
  type Child,
  close,
  type Exit,
  launch,
  type Namespace,
  NamespaceError,
  receive,
  socketpair,
} from '@ns/syscalls'
import { pasta, type Recipe, slirp4netns } from './commands.ts'
import {
  checkUserMode,
  type UserModeDriver,
  type UserModeOptions,
  type UserModeSettings,
} from './options.ts'
import { checkTun, findProgram, type Program } from './program.ts'
import { addForward } from './slirp-api.ts'

/** A network in user space that runs. */
export interface UserMode extends AsyncDisposable {
  readonly driver: UserModeDriver
  /** What it says of itself: `'1.2.0'`. */
  readonly version: string
  /** The link inside. */
  readonly name: string
  /** The address that answers names inside, by asking the caller's servers. */
  readonly resolver: string
  readonly pid: number
  /** Resolves when it has ended, by `close` or by itself: then nothing goes out any more. */
  readonly ended: Promise<Exit>
  /** Ends it at once, without waiting; `close` does too. */
  kill(): void
  /** Ends it, and waits until it has; a second time waits too. */
  close(): Promise<void>
}

/**
 * Connects a namespace to the network of the caller by pasta or slirp4netns. The program dies with this process.
 *
 * @throws {NamespaceError} `ERR_NS_SETUP` with what it complained of, `ERR_NS_TIMEOUT`, `ERR_NS_PERMISSION`
 * @throws {UnsupportedError} when it is not installed
 */
export async function startUserMode(
  net: Namespace,
  user: Namespace | undefined,
  options: UserModeOptions,
): Promise<UserMode> {
  const settings = checkUserMode(options)
  const program = await findProgram(options.driver)
  checkTun()
  const scratch = mkdtempSync(join(tmpdir(), 'ns-user-mode-'))
  try {
    const describe = { pasta, slirp4netns }[program.driver]
    const recipe = describe(program, user !== undefined, settings, scratch)
    return await start(program, recipe, settings, [net.fd, user?.fd ?? net.fd])
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

async function start(
  program: Program,
  recipe: Recipe,
  settings: UserModeSettings,
  namespaces: readonly number[],
): Promise<UserMode> {
  const { child, ready, exit, complaints } = launchDriver(program, recipe, namespaces)
  const end = async () => {
    child.kill('SIGKILL')
    await child.exited
  }
  const ended = child.exited.finally(() => {
    close(exit)
    close(ready)
  })
  try {
    await child.started
    await untilReady(child, ready, recipe, { settings, program, complaints })
    if (recipe.api) for (const one of settings.forwards) await addForward(recipe.api, one)
  } catch (error) {
    await end()
    throw error
  }
  const { driver, version } = program
  return {
    driver,
    version,
    name: settings.name,
    resolver: recipe.resolver,
    pid: child.pid,
    ended,
    kill: () => child.kill('SIGKILL'),
    close: end,
    [Symbol.asyncDispose]: end,
  }
}

interface Launched {
  readonly child: Child
  /** Where it says that it is ready. */
  readonly ready: number
  /** Its end is the program's. */
  readonly exit: number
  /** What it wrote so far. */
  readonly complaints: () => string
}

function launchDriver(
  { path }: Program,
  { args }: Recipe,
  namespaces: readonly number[],
): Launched {
  const [ready, itsReady] = socketpair()
  const [exit, itsExit] = socketpair()
  const [output, itsOutput] = socketpair()
  let said = ''
  const stream = new Socket({ fd: output, readable: true, writable: false })
  stream.unref()
  stream
    .on('error', () => {})
    .on('data', (data) => {
      said = `${said}${data}`.slice(-4096)
    })
  try {
    const child = launch([], {
      file: path,
      args,
      fds: [...namespaces, itsOutput, itsReady, itsExit],
      parentDeathSignal: 'SIGKILL',
    })
    return { child, ready, exit, complaints: () => said }
  } catch (error) {
    for (const fd of [ready, exit]) close(fd)
    stream.destroy()
    throw error
  } finally {
    for (const fd of [itsReady, itsExit, itsOutput]) close(fd)
  }
}

interface Waiting {
  readonly settings: UserModeSettings
  readonly program: Program
  readonly complaints: () => string
}

async function untilReady(
  child: Child,
  fd: number,
  { readyFile }: Recipe,
  { settings: { timeout }, program: { driver, version }, complaints }: Waiting,
): Promise<void> {
  const deadline = performance.now() + timeout
  let exit: Exit | undefined
  void child.exited.then((it) => {
    exit = it
  })
  const failed = (code: NamespaceError['code'], how: string) =>
    new NamespaceError(`userMode: ${driver} ${version} ${how}: ${complaints().trim()}`, {
      code,
      namespace: 'net',
      operation: 'userMode',
    })
  for (let ms = 1; ; ms = Math.min(2 * ms, 20)) {
    if (readyFile ? hasContent(readyFile) : receive(fd)?.bytes.length) return
    if (exit) {
      await setTimeout(0) // its last words
      throw failed('ERR_NS_SETUP', `ended with ${exit.signalCode ?? exit.exitCode}`)
    }
    if (performance.now() > deadline) throw failed('ERR_NS_TIMEOUT', `not ready in ${timeout} ms`)
    await setTimeout(ms)
  }
}

function hasContent(path: string): boolean {
  try {
    return readFileSync(path, 'utf8').trim() !== ''
  } catch {
    return false
  }
}
