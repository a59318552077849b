import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mount } from '../../../mount/src/index.ts'
import { pid } from '../../../pid/src/index.ts'
import { user } from '../../../user/src/index.ts'
import { uts } from '../../../uts/src/index.ts'
import type { Contribution } from '../../src/index.ts'
import { unprotectedStub } from '../fixtures/unprotected.generated.ts'
import { Directory } from '../support/files.ts'
import { Attack, type Report, type Scene } from './support/attack.ts'
import { compile } from './support/compile.ts'

// Processes inside look at everything that they see while we start others next to them: into their sandbox, and
// beside it. Claimed is, for every attacker: nothing of this process is ever in their sight, neither its memory nor its
// environment nor its fds. For all but root with its capabilities and without a user namespace it is claimed as well
// that they can't look at a start before its exec: not at its plan, which holds the environment and the arguments of
// the command that is started among them, and not at its fds. That root has CAP_SYS_PTRACE over everything that it
// sees; it can read that plan, and change what the start does in the attacker's own sandbox.
// Not claimed is anything of a command after its exec: it is inside, by design.

const directory = new Directory()
let program: string
beforeAll(() => {
  program = compile('attacker', directory)
})
afterAll(() => directory[Symbol.dispose]())

const unprotected = unprotectedStub[process.arch as 'x64' | 'arm64']

const factories = { user, uts, mount, pid }
function joinAll(types: readonly (keyof typeof factories)[], join: number): Contribution[] {
  return types.map((type) => factories[type]({ join }))
}

const withUser: Scene = {
  sandbox: [user({ map: 'root' }), uts(), mount(), pid()],
  capabilities: 'drop', // root of a user namespace keeps those that count inside
  starts: (join) => [
    joinAll(['user', 'uts', 'mount', 'pid'], join),
    joinAll(['user', 'uts', 'mount', 'pid'], join),
    [user({ map: 'root' }), uts(), mount(), pid()],
  ],
  ownProcesses: true,
}
const withoutPid: Scene = {
  sandbox: [user({ map: 'root' }), uts(), mount()],
  capabilities: 'drop',
  starts: (join) => [
    joinAll(['user', 'uts', 'mount'], join),
    [...joinAll(['user', 'uts', 'mount'], join), pid()],
    [user({ map: 'root' }), uts(), mount(), pid()],
  ],
  ownProcesses: false,
}
const withoutUser = (capabilities: Scene['capabilities']): Scene => ({
  sandbox: [uts(), mount(), pid()],
  capabilities,
  starts: (join) => [
    joinAll(['uts', 'mount', 'pid'], join),
    joinAll(['uts', 'mount', 'pid'], join),
    [uts(), mount(), pid()],
  ],
  ownProcesses: true,
})

const scenes: [string, Scene][] = [
  ['root of its own user and pid namespace', withUser],
  ['root of its own user namespace that sees all processes', withoutPid],
]
if (process.getuid?.() === 0)
  scenes.push(
    ['root with all capabilities in a pid namespace', withoutUser('keep')],
    ['root without capabilities in a pid namespace', withoutUser('drop')],
  )

async function attackFor(
  rounds: number,
  scene: Scene,
): Promise<{ report: Report; started: number }> {
  const attack = new Attack(program, scene)
  let started = 0
  for (let i = 0; i < rounds; i++) started += await attack.round()
  expect(attack.isUnchanged).toBe(true)
  return { report: await attack.end(), started }
}

describe.each(scenes)('an attacker that is %s', (_, scene) => {
  test('finds nothing of this process in 240 starts around it', async () => {
    const { report, started } = await attackFor(80, scene)
    expect(started).toBe(240)
    // It has looked, and where it was let it could.
    expect(report.rounds).toBeGreaterThan(100)
    expect(report).toMatchObject({ found: 0, environments: 0 })
    if (scene.capabilities === 'drop')
      expect(report).toMatchObject({ plans: 0, foreign: 0, example: '' })
  })

  test('finds it where the start walks the plan in the memory of this process', async () => {
    const first: Scene = { ...scene, starts: (join) => scene.starts(join).slice(0, 1) }
    const attack = new Attack(program, first)
    for (let i = 0; i < 200 && !attack.report?.found; i++) await attack.round(unprotected)
    const isUnchanged = attack.isUnchanged
    const report = await attack.end()
    expect(report.found).toBeGreaterThan(0)
    // With a join of a pid namespace it was a copy, made by the second clone.
    if (!scene.ownProcesses) expect(isUnchanged).toBe(false)
  })
})
