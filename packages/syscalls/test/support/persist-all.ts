import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import {
  type Contribution,
  launch,
  Namespace,
  NamespaceError,
  type NamespaceType,
  namespaceTypes,
  persisted,
  procName,
  unpersist,
} from '../../src/index.ts'
import { fresh } from './namespaces.ts'

// Run in user and mount namespaces of its own, where it has the right to mount, whoever its caller is.

const directory = mkdtempSync('/tmp/ns-persist-')
const file = `${directory}/kept`
const mounts = () => readFileSync('/proc/self/mountinfo', 'utf8')
const fds = () => readdirSync('/proc/self/fd').length

/** A mount namespace can be bound only in one whose number is lower, and each CPU takes them from a range of its own. */
async function lucky<Result>(type: NamespaceType, make: () => Promise<Result>): Promise<Result> {
  for (let left = type === 'mount' ? 200 : 1; ; left--) {
    try {
      return await make()
    } catch (error) {
      if (left === 1 || !(error instanceof NamespaceError) || error.code !== 'ERR_NS_PERSIST')
        throw error
    }
  }
}

async function start(contribution: Contribution, file: string, ...args: string[]) {
  const child = launch([contribution], { file, args })
  const { namespaces } = await child.started
  return { child, namespaces }
}

async function joinedBy(type: NamespaceType, path: string): Promise<number | string | undefined> {
  try {
    const join: Contribution = { type, flags: 0, join: path, steps: () => {} }
    const { child, namespaces } = await start(join, '/bin/true')
    await child.exited
    return namespaces[type]
  } catch (error) {
    return (error as NamespaceError).hint
  }
}

/** Of one type: kept while its process runs, and from before the command of one that is over at once. */
async function keep(type: NamespaceType) {
  const before = mounts()
  const running = await lucky(type, async () => {
    const { child } = await start(fresh(type), '/bin/sleep', '600')
    using namespace = Namespace.open(type, child.pid)
    try {
      namespace.persist(file)
      return { child, inode: namespace.identity.inode }
    } catch (error) {
      child.kill('SIGKILL')
      await child.exited
      throw error
    }
  })
  // The first process that is born in a pid namespace is its PID 1, and the last to be born.
  const byFile = await joinedBy(type, file)
  running.child.kill('SIGKILL')
  await running.child.exited
  const withoutProcess = await joinedBy(type, file)
  const byNsenter = spawnSync('nsenter', [
    `--${type}=${file}`,
    ...(type === 'user' ? ['--preserve-credentials'] : []), // it has no map
    ...['readlink', `/proc/self/ns/${procName(type)}`],
  ])
  using opened = Namespace.open(type, file)
  const sameInode = opened.identity.inode === running.inode
  unpersist(file)
  const atStart = await lucky(type, async () => {
    const { child, namespaces } = await start(persisted(fresh(type), file), '/bin/true')
    await child.exited
    using kept = Namespace.open(type, file)
    return kept.identity.inode === namespaces[type]
  })
  unpersist(file)
  return {
    byFile: byFile === running.inode,
    withoutProcess: withoutProcess === running.inode || withoutProcess,
    byNsenter: `${byNsenter.stdout}`.includes(`[${running.inode}]`),
    sameInode,
    atStart,
    isGone: !existsSync(file) && mounts() === before,
  }
}

const codeOf = (act: () => unknown) => {
  try {
    act()
    return 'no error'
  } catch (error) {
    const { code, hint, message } = error as NamespaceError
    return { code, hint, message: message.replaceAll(directory, 'DIR') }
  }
}

/** Each leaves what was there. */
async function refusals() {
  using own = Namespace.open('uts', 0)
  const before = mounts()
  const plain = `${directory}/plain`
  writeFileSync(plain, 'content')
  const failedStart = launch([persisted(fresh('uts'), file)], { file: '/nonesuch' })
  const startError = await failedStart.exited.catch(({ code }) => code)
  const isUndone = !existsSync(file) && mounts() === before
  own.persist(file)
  const twice = codeOf(() => own.persist(file))
  unpersist(file)
  own.persist(plain)
  unpersist(plain)
  using ownMounts = Namespace.open('mount', 0)
  return {
    startError,
    isUndone,
    twice,
    keptContent: readFileSync(plain, 'utf8'),
    directory: codeOf(() => own.persist(directory)),
    missing: codeOf(() => own.persist(`${directory}/none/kept`)),
    notKept: codeOf(() => unpersist(plain)),
    ownMounts: codeOf(() => ownMounts.persist(file)),
    joined: codeOf(() => persisted({ type: 'uts', flags: 0, join: 1, steps: () => {} }, file)),
    nothingLeft: !existsSync(file) && mounts() === before,
  }
}

/** A place that other mount namespaces have a copy of. */
async function shared() {
  spawnSync('mount', ['--bind', directory, directory])
  spawnSync('mount', ['--make-shared', directory])
  try {
    const { child } = await start(fresh('mount'), '/bin/sleep', '600')
    using namespace = Namespace.open('mount', child.pid)
    const refusal = codeOf(() => namespace.persist(file))
    child.kill('SIGKILL')
    await child.exited
    return { refusal, isUndone: !existsSync(file) }
  } finally {
    spawnSync('umount', [directory])
  }
}

/** Files of ours and of util-linux are the same. */
function theirs() {
  writeFileSync(file, '')
  const status = spawnSync('unshare', [`--uts=${file}`, 'true']).status
  using opened = Namespace.open('uts', file)
  const { type } = opened
  unpersist(file)
  return { status, type, isGone: !existsSync(file) }
}

try {
  await keep('uts') // what is opened once
  const open = fds()
  const types: Record<string, unknown> = {}
  for (const type of namespaceTypes) types[type] = await keep(type)
  const rest = { refusals: await refusals(), shared: await shared(), theirs: theirs() }
  process.stdout.write(JSON.stringify({ types, ...rest, leakedFds: fds() - open }))
} finally {
  rmSync(directory, { recursive: true, force: true })
}
