import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

const index = new URL('../src/index.ts', import.meta.url)
const syscalls = import.meta.resolve('@ns/syscalls')

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
  const args = ['--permission', '--allow-fs-read=*', ...allowed]
  const rest = ['--conditions=@ns/source', '--no-warnings', '--input-type=module', '-e', script]
  return JSON.parse(execFileSync(process.execPath, [...args, ...rest], { encoding: 'utf8' }))
}

test('a process that Node lets start no other is told so, with Node’s code', () => {
  const denied = { code: 'ERR_ACCESS_DENIED', permission: 'ChildProcess', resource: 'true' }
  for (const allowed of [[], ['--allow-addons']])
    expect(tell(...allowed)).toEqual([denied, denied, denied, denied, denied])
})

test('where it may, it does', () => {
  expect(tell('--allow-addons', '--allow-child-process')).toEqual([0, 0, 0, 0, 0])
})
