import { closeSync, openSync } from 'node:fs'
import { type Contribution, Namespace, type NamespaceRef, procName } from '@ns/syscalls'
import { describe, expect, test } from 'vitest'
import { bound } from './bound.ts'
import { asCaller } from './caller.ts'
import type { NamespaceSpec } from './describe-namespace.ts'
import { differences, links, ownLinks, printLinks } from './links.ts'
import { output, shell } from './output.ts'
import { type Running, running } from './running.ts'

/** The forms in which a namespace is named (A2). */
export function describeJoining({ type, create, join, sample }: NamespaceSpec): void {
  const joins = (ref: NamespaceRef, { pid }: Running): Contribution[] => asCaller([join(ref)], pid)

  /** Whoever joins is in this namespace, and for the rest where it was. */
  async function expectJoined(ref: NamespaceRef, sleeper: Running): Promise<void> {
    const contributions = joins(ref, sleeper)
    const { stdout } = await output(contributions, printLinks)
    const joined = links(stdout)
    expect(joined[type]).toBe(ownLinks(sleeper.pid)[type])
    const types = contributions.map((contribution) => contribution.type)
    expect(differences(joined, ownLinks())).toEqual(types.sort())
  }

  describe('one that exists is joined', () => {
    test('A2: by the pid of a process in it', async () => {
      await using sleeper = await running(asCaller([create()]))
      await expectJoined(sleeper.pid, sleeper)
    })

    test('A2: by a path in /proc', async () => {
      await using sleeper = await running(asCaller([create()]))
      await expectJoined(`/proc/${sleeper.pid}/ns/${procName(type)}`, sleeper)
    })

    test('A2: by an fd, which stays open', async () => {
      await using sleeper = await running(asCaller([create()]))
      const fd = openSync(`/proc/${sleeper.pid}/ns/${procName(type)}`, 'r')
      try {
        await expectJoined({ fd }, sleeper)
        await expectJoined({ fd }, sleeper)
      } finally {
        closeSync(fd)
      }
    })

    test('A2: by a handle', async () => {
      await using sleeper = await running(asCaller([create()]))
      using handle = Namespace.open(type, sleeper.pid)
      await expectJoined(handle, sleeper)
    })

    test('A2: by a file that it is bound to', async () => {
      await using sleeper = await bound(type, create)
      await expectJoined(sleeper.path, sleeper)
    })

    test('A3: `ready` names the joined inode', async () => {
      await using sleeper = await running(asCaller([create()]))
      const { ready } = await output(joins(sleeper.pid, sleeper), printLinks)
      expect(ready.namespaces[type]).toBe(sleeper.ready.namespaces[type])
    })

    if (sample)
      test('what is changed in it is seen by whoever joins', async () => {
        const keep = { capabilities: 'keep' } as const
        await using sleeper = await running(asCaller([create()]))
        const before = await shell(joins(sleeper.pid, sleeper), sample.print)
        const change = await shell(joins(sleeper.pid, sleeper), sample.change, keep)
        expect(change).toMatchObject({ stderr: '', exitCode: 0 })
        const after = await shell(joins(sleeper.pid, sleeper), sample.print)
        expect(after.stdout).not.toBe(before.stdout)
      })
  })
}
