import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

const index = new URL('../src/index.ts', import.meta.url)
const syscalls = import.meta.resolve('@ns/syscalls')

function runRestricted(script: string, allowed: readonly string[]): unknown {
  const args = ['--permission', '--allow-fs-read=*', ...allowed]
  const rest = ['--conditions=@ns/source', '--no-warnings', '--input-type=module', '-e', script]
  return JSON.parse(execFileSync(process.execPath, [...args, ...rest], { encoding: 'utf8' }))
}

/** What each function of a process says that Node has restricted. */
function tell(...allowed: readonly string[]): unknown {
  const script = `
    const { run, spawn, spawnSync } = await import('${index}')
    const { launch } = await import('${syscalls}')
    const told = async (start) => {
      try { return await start() } catch ({ code, permission, resource }) { return { code, permission, resource } }
    }
    console.log(JSON.stringify([
      await told(() => spawn('true').exited.then(({ exitCode }) => exitCode)),
      await told(() => spawn('true', { namespaces: { user: true, uts: true } }).exited.then(({ exitCode }) => exitCode)),
      await told(() => spawnSync('true').status),
      await told(() => run('true').then(({ exitCode }) => exitCode)),
      await told(() => launch([], { file: 'true' }).exited.then(({ exitCode }) => exitCode)),
    ]))`
  return runRestricted(script, allowed)
}

test('a process that Node lets start no other is told so, with Node’s code', () => {
  const denied = { code: 'ERR_ACCESS_DENIED', permission: 'ChildProcess', resource: 'true' }
  for (const allowed of [[], ['--allow-addons']])
    expect(tell(...allowed)).toEqual([denied, denied, denied, denied, denied])
})

test('where it may, it does', () => {
  expect(tell('--allow-addons', '--allow-child-process')).toEqual([0, 0, 0, 0, 0])
})

test('a Node.js that it starts is allowed no more than itself, whatever its environment; one that says its own is', () => {
  const script = `
    const { run } = await import('${index}')
    const told = async (env) => (await run('/usr/bin/env', [], { env })).stdout.match(/^NODE_OPTIONS=(.*)$/m)?.[1]
    process.env.NODE_OPTIONS = '--no-warnings'
    console.log(JSON.stringify([
      await told(undefined),
      await told({}),
      await told({ NODE_OPTIONS: '--title=x' }),
      await told({ NODE_OPTIONS: '--title=--permission' }),
      await told({ NODE_OPTIONS: '--permission' }),
      await told({ NODE_OPTIONS: '--permission-audit --title=x' }),
    ]))`
  const flags = '--permission --allow-fs-read=* --allow-addons --allow-child-process'
  expect(runRestricted(script, ['--allow-addons', '--allow-child-process'])).toEqual([
    `--no-warnings ${flags}`,
    flags,
    `--title=x ${flags}`,
    `--title=--permission ${flags}`,
    '--permission',
    '--permission-audit --title=x',
  ])
})
