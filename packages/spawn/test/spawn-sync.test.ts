import { checkLeaks } from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import { spawnSync } from '../src/index.ts'

checkLeaks()

describe("spawnSync with an init that stays 'until-empty'", () => {
  const namespaces = { user: { map: 'root' }, pid: { init: 'until-empty' } } as const

  test('waits for the last process, and its exit is the command’s', () => {
    const script = '(sleep 0.2; echo last) & echo first; exit 3'
    const result = spawnSync('sh', ['-c', script], { namespaces, encoding: 'utf8' })
    expect(result).toMatchObject({ status: 3, signal: null, stdout: 'first\nlast\n' })
    expect(() => process.kill(result.pid, 0), 'the init is reaped').toThrow('ESRCH')
  })

  test('waits for one that has no pipe of ours, too', () => {
    const script = '(exec >&- 2>&-; sleep 0.2; echo done >&3) & exit 4'
    const stdio = ['ignore', 'ignore', 'ignore', 'pipe'] as const
    const { status, output } = spawnSync('sh', ['-c', script], { namespaces, stdio })
    expect([status, String(output[3])]).toEqual([4, 'done\n'])
  })

  test.each(['SIGTERM', 'SIGKILL'] as const)(
    'a limit ends all that are left, by %s',
    (killSignal) => {
      const given = { namespaces, stdio: 'ignore', timeout: 300, killSignal } as const
      const { error, pid } = spawnSync('sh', ['-c', 'sleep 60 & sleep 60 & exit 5'], given)
      expect(error).toMatchObject({ code: 'ETIMEDOUT' })
      expect(() => process.kill(pid, 0), 'the init is reaped').toThrow('ESRCH')
    },
  )
})
