import { describe, expect, test } from 'vitest'
import { runNs } from './support/ns.ts'
import { Started } from './support/started.ts'

// What becomes of the command when `ns` is gone, and of `ns` when the command is.

/** Goes on once its stdin has ended, which is when `ns` is gone. */
const goesOn = ['--', 'sh', '-c', 'echo ready; read line; echo went on']
/** Keeps stdout open as long as it lives. */
const sleeps = ['--', 'sh', '-c', 'echo ready; exec sleep 600']

describe('when ns is killed', () => {
  test.each([
    { flags: ['--user', '--uts', '--outlive'] },
    { flags: ['--outlive'] },
    { flags: [] }, // as any other child of a program that is killed
  ])('B6: the command goes on with $flags', async ({ flags }) => {
    const started = new Started('run', ...flags, ...goesOn)
    await started.see(/ready/)
    const closed = started.closed()
    await started.kill()
    await started.see(/went on/)
    await closed
  })

  test.each([
    { flags: ['--user', '--uts'] },
    { flags: ['--user', '--pid'] },
    { flags: ['--die-with-parent'] },
  ])('B6: the command ends with $flags', async ({ flags }) => {
    const started = new Started('run', ...flags, ...sleeps)
    await started.see(/ready/)
    const closed = started.closed() // stdout is closed by the last who has it
    await started.kill()
    await closed
    expect(started.text).toBe('ready\n')
  })

  test('--die-with-parent=SIGTERM is a signal that the command may answer', async () => {
    const script = "trap 'echo told; exit' TERM; echo ready; while :; do sleep 0.05; done"
    const flags = ['--die-with-parent=SIGTERM', '--', 'sh', '-c', script]
    const started = new Started('run', ...flags)
    await started.see(/ready/)
    const closed = started.closed()
    await started.kill()
    await closed
    expect(started.text).toBe('ready\ntold\n')
  })
})

test('B11: with --until-empty those that the command leaves behind go on to their end; without they end with it', async () => {
  const script = '(sleep 0.3; echo later) & exit 5'
  const flags = ['--user', '--pid']
  const until = await runNs('run', ...flags, '--until-empty', '--', 'sh', '-c', script)
  expect(until).toMatchObject({ code: 5, stdout: 'later\n' })
  expect(await runNs('run', ...flags, '--', 'sh', '-c', script)).toMatchObject({
    code: 5,
    stdout: '',
  })
})

test('with --until-empty a signal to ns is for those that the command has left behind', async () => {
  const script = "(trap 'echo told; exit' TERM; echo ready; while :; do sleep 0.05; done) & exit 5"
  const started = new Started('run', '--user', '--pid', '--until-empty', '--', 'sh', '-c', script)
  await started.see(/ready/)
  const closed = started.closed()
  process.kill(started.pid, 'SIGTERM')
  expect(await closed).toBe(5)
  expect(started.text).toBe('ready\ntold\n')
})

test('B10: --forward-signals is what ns does anyway', async () => {
  const script = "trap 'echo told; exit 15' TERM; echo ready; while :; do sleep 0.05; done"
  const started = new Started(
    'run',
    '--user',
    '--pid',
    '--forward-signals',
    '--',
    'sh',
    '-c',
    script,
  )
  await started.see(/ready/)
  const closed = started.closed()
  process.kill(started.pid, 'SIGTERM')
  expect(await closed).toBe(15)
  expect(started.text).toBe('ready\ntold\n')
})
