import { checkLeaks } from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import { explain, run, spawn } from '../src/index.ts'

checkLeaks()

describe('refused with Node’s codes, before anything exists', () => {
  test.each([
    ['no command', [undefined], 'ERR_INVALID_ARG_TYPE'],
    ['an empty command', [''], 'ERR_INVALID_ARG_VALUE'],
    ['a NUL byte in the command', ['a\0b'], 'ERR_INVALID_ARG_VALUE'],
    ['a NUL byte in an argument', ['true', ['a\0b']], 'ERR_INVALID_ARG_VALUE'],
    [
      'a NUL byte in the environment',
      ['true', [], { env: { A: 'a\0b' } }],
      'ERR_INVALID_ARG_VALUE',
    ],
    ['arguments that are no array', ['true', 5], 'ERR_INVALID_ARG_TYPE'],
    ['a cwd that is no path', ['true', [], { cwd: 5 }], 'ERR_INVALID_ARG_TYPE'],
    ['an unknown signal', ['true', [], { killSignal: 'SIGNONE' }], 'ERR_UNKNOWN_SIGNAL'],
    ['a negative timeout', ['true', [], { timeout: -1 }], 'ERR_OUT_OF_RANGE'],
    ['a signal that is none', ['true', [], { signal: {} }], 'ERR_INVALID_ARG_TYPE'],
  ])('%s', (_, args, code) => {
    expect(() => (spawn as (...args: unknown[]) => unknown)(...args)).toThrow(
      expect.objectContaining({ code }),
    )
  })
})

describe('A7: contradictions are refused by name, before anything exists', () => {
  test.each([
    [{ namespace: 'all' }, /unknown option namespace;/],
    [{ namespaces: 'some' }, /'some' is not 'all'/],
    [{ namespaces: { hostname: 'box' } }, /unknown option hostname/],
    [{ namespaces: { uts: { host: 'box' } } }, /uts: unknown option host/],
    [{ namespaces: { uts: { hostname: 'a\0b' } } }, /uts\.hostname.*NUL/],
    [{ namespaces: { uts: { hostname: 'x'.repeat(65) } } }, /uts\.hostname: 65 bytes/],
    [{ namespaces: { uts: { join: 1, hostname: 'box' } } }, /uts\.join/],
    [{ namespaces: { user: { map: 'nobody' } } }, /user\.map/],
    [{ namespaces: { pid: { proc: true } } }, /pid\.proc.*add mount/],
    [{ namespaces: { time: { join: 1, boottime: 5 } } }, /time\.join/],
    [{ namespaces: { mount: { mounts: [{}] } } }, /mount\.mounts/],
    [{ namespaces: [{}] }, /contributions/],
  ])('%o', async (options, message) => {
    const refused = expect.objectContaining({
      code: 'ERR_NS_INVALID_OPTION',
      message: expect.stringMatching(message),
    })
    expect(() => spawn('true', [], options as never)).toThrow(refused)
    await expect(run('true', [], options as never)).rejects.toEqual(refused)
  })
})

describe('explain', () => {
  test('is the program as data, and prints', () => {
    const program = explain('ls', ['-l'], { namespaces: 'all' })
    const phases = [...new Set(program.steps.map(({ phase }) => phase))]
    expect(phases[0]).toBe('arm')
    expect(phases.at(-1)).toBe('exec')
    expect(program.steps.map(({ number }) => number)).toEqual(program.steps.map((_, i) => i + 1))
    expect(String(program)).toMatch(/unshare\(CLONE_NEWUTS\)[\s\S]*execve\(/)
  })

  test('shows the host name that is set inside', () => {
    const program = explain('true', [], { namespaces: { uts: { hostname: 'box' } } })
    expect(String(program)).toContain('sethostname("box", 3)')
  })
})
