import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { waitFor } from '@ns/testkit'
import { beforeAll, expect, test } from 'vitest'
import type { Command, Contribution } from '../../src/index.ts'
import { joinKeyring, perlKeys } from '../support/keys.ts'
import { fresh } from '../support/namespaces.ts'
import { failure, run } from '../support/run.ts'

beforeAll(joinKeyring)

/** A user with no process but those of this test, as it takes all keys that he may have. */
const ids = { uid: 54_321, gid: 54_321 }

test('the keyring belongs to the user that the command becomes', async () => {
  const describe = ['-e', `${perlKeys} print describe(session())`]
  const command: Command = { file: '/usr/bin/perl', args: describe, keyring: 'new' }
  expect((await run(command)).stdout).toMatch(/^keyring;0;0;/)
  expect((await run({ ...command, ...ids })).stdout).toMatch(/^keyring;54321;54321;/)
})

test('where the user has as many keys as he may the start fails, and says what to change', async () => {
  const fill = `${perlKeys} join_new(); my $i = 0; $i++ while add("ns:$i", "x"); $| = 1; print "$!\\n"; <STDIN>`
  const holder = spawn('/usr/bin/perl', ['-e', fill], ids)
  const command: Command = { file: '/bin/true', ...ids, keyring: 'new' }
  try {
    expect(String(await once(holder.stdout, 'data'))).toBe('Disk quota exceeded\n')
    const worlds: Contribution[][] = [[], [fresh('uts')]]
    for (const namespaces of worlds) {
      expect(await failure(command, namespaces)).toMatchObject({
        code: 'ERR_NS_SETUP',
        operation: 'make a session keyring',
        hint: expect.stringMatching(/kernel\.keys\.maxkeys, \d+ here.*keyring: 'keep'/),
        step: { phase: 'keyring', text: 'keyctl(KEYCTL_JOIN_SESSION_KEYRING, 0)' },
        cause: { code: 'EDQUOT' },
      })
      expect(await run({ ...command, keyring: 'keep' }, namespaces)).toMatchObject({ exitCode: 0 })
      expect(await run({ file: '/bin/true', keyring: 'new' }, namespaces)).toMatchObject({
        exitCode: 0,
      })
    }
  } finally {
    holder.stdin.end()
    await once(holder, 'exit')
  }
  // Given back in the background.
  await waitFor(() =>
    run(command).then(
      () => true,
      () => false,
    ),
  )
})
