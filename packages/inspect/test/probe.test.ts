import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readHierarchies } from '@ns/cgroup'
import { CLONE_NEW, type Contribution, namespaceTypes, procName } from '@ns/syscalls'
import {
  checkLeaks,
  failure,
  lane,
  needs,
  output,
  ownMounts,
  program,
  rootInside,
  waitFor,
} from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import { type Finding, probe } from '../src/index.ts'
import { readSettings } from '../src/probe/settings.ts'

checkLeaks()

const fresh = (type: 'uts' | 'pid'): Contribution => ({
  type,
  flags: CLONE_NEW[type],
  steps: () => {},
})
const index = fileURLToPath(new URL('../src/index.ts', import.meta.url))
const repository = fileURLToPath(new URL('../../..', import.meta.url))
const code = `import { probe } from '${index}'; console.log(JSON.stringify(await probe()))`
const node = `'${process.execPath}' --conditions=@ns/source --input-type=module -e "$0"`

type Found = (id: string) => Finding

const finder = (findings: readonly Finding[]): Found => {
  return (id) => findings.find((one) => one.id === id) ?? { id: `there is no ${id}`, answer: 'no' }
}

function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return '' // no process, or one that is gone
  }
}

/** What is found on a machine that a script has made to refuse something; the script's last word is `"$@"`. */
async function probeAfter(
  contributions: readonly Contribution[],
  script: string,
  options: { env?: NodeJS.ProcessEnv } = {},
): Promise<Found> {
  const { stdout, stderr } = await output(contributions, {
    file: '/bin/sh',
    args: ['-c', `set -e; ${script.replace('NODE', node)}`, code],
    cwd: repository,
    capabilities: 'keep',
    noNewPrivileges: false,
    ...options,
  })
  expect(stderr).toBe('')
  return finder(JSON.parse(stdout))
}

describe('on this machine', () => {
  test('each type is tried, new and joined, as we are and without privilege', async () => {
    const found = finder(await probe())
    for (const type of namespaceTypes)
      for (const how of ['new', 'joined']) {
        expect(found(`unprivileged.${type}.${how}`)).toMatchObject({ answer: 'yes' })
        if (lane === 'root')
          expect(found(`namespaces.${type}.${how}`)).toMatchObject({ answer: 'yes' })
      }
    for (const id of ['unprivileged.proc', 'kernel.openat2', 'kernel.pidfd_getfd'])
      expect(found(id).answer).toBe('yes')
  })

  test('D14: code and hint are those of the error of a start', async () => {
    if (lane === 'root')
      return expect(finder(await probe())('namespaces.uts.new').code).toBeUndefined()
    const error = (await failure([fresh('uts')])) as { code?: string; hint?: string }
    expect(finder(await probe())('namespaces.uts.new')).toMatchObject({
      answer: 'no',
      code: error.code,
      hint: error.hint,
      remedies: [{ change: 'run as root' }, { change: expect.stringMatching(/user namespace/) }],
    })
  })
})

describe('D14: on a machine that was made to refuse', () => {
  test('a limit of 0 is ERR_NS_LIMIT, and names the sysctl', async () => {
    const zero = 'echo 0 > /proc/sys/user/max_uts_namespaces; NODE'
    const found = await probeAfter([rootInside()], zero)
    for (const id of ['namespaces.uts.new', 'limits.max_uts_namespaces'])
      expect(found(id)).toMatchObject({
        answer: 'no',
        code: 'ERR_NS_LIMIT',
        hint: expect.stringMatching(/max_uts_namespaces is 0 .*: raise user\.max_uts_namespaces$/),
        remedies: [{ price: expect.stringMatching(/memory/) }],
      })
    expect(found('namespaces.uts.joined').answer).toBe('unknown')
    expect(found('namespaces.ipc.new').answer).toBe('yes')
    const depth = finder(await probe())('limits.depth').value
    expect(found('limits.depth').value).toBe(`${Number(depth) - 1}`)
  })

  test('no user namespaces at all: nothing goes without privilege', async () => {
    const zero = 'echo 0 > /proc/sys/user/max_user_namespaces; NODE'
    const found = await probeAfter([rootInside()], zero)
    for (const type of namespaceTypes)
      expect(found(`unprivileged.${type}.new`)).toMatchObject({
        answer: 'no',
        code: 'ERR_NS_LIMIT',
      })
    expect(found('namespaces.net.new').answer).toBe('yes')
  })

  test('a limit of 0 of each type', async () => {
    const types = namespaceTypes.filter((type) => type !== 'user').map(procName)
    const zero = `for type in ${types.join(' ')}; do echo 0 > /proc/sys/user/max_\${type}_namespaces; done`
    const found = await probeAfter([rootInside()], `${zero}; setpriv --no-new-privs NODE`)
    expect(found('security.no_new_privs').value).toBe('1')
    for (const type of types)
      expect(found(`limits.max_${type}_namespaces`)).toMatchObject({
        answer: 'no',
        value: '0',
        code: 'ERR_NS_LIMIT',
        hint: expect.stringMatching(new RegExp(`raise user\\.max_${type}_namespaces$`)),
      })
    expect(found('limits.max_user_namespaces').answer).toBe('yes')
  })

  test('a seccomp filter that answers EPERM to setns: nothing is joined, all is made', async (context) => {
    needs(program('cc'))(context)
    const found = await probeAfter([rootInside()], 'scripts/without-syscall.sh EPERM setns -- NODE')
    for (const type of namespaceTypes) {
      expect(found(`unprivileged.${type}.new`).answer).toBe('yes')
      expect(found(`unprivileged.${type}.joined`)).toMatchObject({
        answer: 'no',
        code: 'ERR_NS_PERMISSION',
        hint: expect.any(String),
      })
    }
  })

  test('nor is a process left that waited to be joined', async (context) => {
    needs(program('cc'))(context)
    const words = ['EPERM', 'setns', '--', process.execPath, '--conditions=@ns/source']
    const options = ['--input-type=module', '-e', code]
    const probing = spawn(`${repository}scripts/without-syscall.sh`, [...words, ...options], {
      cwd: repository,
      stdio: 'ignore',
      detached: true, // a session of its own: so they are found
    })
    expect(await once(probing, 'exit')).toEqual([0, null])
    const session = new RegExp(`^\\d+ \\(.*\\) \\S \\d+ \\d+ ${probing.pid} `, 's')
    const left = () => readdirSync('/proc').filter((pid) => session.test(statOf(pid)))
    await waitFor(() => left().length === 0, 5000)
  })

  test('in a chroot no user namespace is made', async () => {
    const chroot = `mount -t tmpfs tmpfs /mnt; mkdir /mnt/root
      for path in /*; do
        if [ -L "$path" ]; then cp -P "$path" /mnt/root
        elif [ -d "$path" ] && [ "$path" != /mnt ]; then mkdir "/mnt/root$path"; mount --rbind "$path" "/mnt/root$path"
        fi
      done
      exec chroot /mnt/root sh -c 'cd "$1"; NODE' "$0" "$PWD"`
    const found = await probeAfter([rootInside(), ownMounts()], chroot)
    for (const id of ['unprivileged.user.new', 'security.chroot'])
      expect(found(id)).toMatchObject({
        answer: 'no',
        code: 'ERR_NS_USERNS_RESTRICTED',
        hint: expect.stringMatching(/in a chroot: enter that root by a mount namespace/),
      })
  })

  test('a seccomp filter that answers EPERM to unshare is told from a missing privilege', async (context) => {
    needs(program('cc'))(context)
    const filter = 'scripts/without-syscall.sh EPERM unshare -- NODE'
    const found = await probeAfter([rootInside()], filter)
    const hint = expect.stringMatching(/^a seccomp filter .*allow clone and unshare/)
    expect(found('unprivileged.user.new')).toMatchObject({ code: 'ERR_NS_USERNS_RESTRICTED', hint })
    expect(found('namespaces.uts.new')).toMatchObject({ code: 'ERR_NS_PERMISSION', hint })
    expect(found('security.seccomp').value).toBe('filter')
  })

  test('calls that a filter does not know are named', async (context) => {
    needs(program('cc'))(context)
    const calls = 'clone3,fsopen,mount_setattr,move_mount,open_tree,openat2,pidfd_getfd'
    const filter = `scripts/without-syscall.sh ${calls},landlock_create_ruleset -- NODE`
    const found = await probeAfter([], filter)
    for (const call of calls.split(','))
      expect(found(`kernel.${call}`)).toMatchObject({
        answer: 'no',
        code: 'ERR_NS_SETUP',
        hint: expect.stringMatching(new RegExp(`(answers ENOSYS to|does not have) ${call}`)),
      })
    expect(found('kernel.landlock')).toMatchObject({
      answer: 'no',
      hint: 'this kernel, or a seccomp filter, does not have Landlock',
    })
    expect(found('kernel.idmapped_mounts').answer).toBe('no')
    expect(found('kernel.clone_into_cgroup').answer).toBe('no')
    expect(found('kernel.close_range').answer).toBe('yes')
    expect(found('unprivileged.user.new').answer).toBe('yes')
  })

  test('over a part of /proc another mount: no new /proc, and the hint names the part', async () => {
    const cover = 'mount --bind /dev/null /proc/keys; NODE'
    const found = await probeAfter([rootInside(), ownMounts()], cover)
    expect(found('unprivileged.proc')).toMatchObject({
      answer: 'no',
      code: 'ERR_NS_SETUP',
      hint: expect.stringMatching(/covered here: \/proc\/keys: /),
      remedies: [{ change: expect.stringMatching(/procMount: Unmasked/) }],
    })
    expect(found('proc.covered').value).toBe('/proc/keys')
  })

  test('programs, subordinate ids and a TUN device that are not there', async () => {
    const hide = `mount --bind /dev/null /etc/subuid; mount --bind /dev/null /etc/subgid
      mount -t tmpfs tmpfs /dev/net; PATH=/nowhere; NODE`
    const found = await probeAfter([rootInside(), ownMounts()], hide)
    for (const kind of ['uid', 'gid']) {
      expect(found(`ids.new${kind}map`)).toMatchObject({
        code: 'ERR_NS_SUBIDS',
        hint: expect.stringMatching(/install it/),
      })
      expect(found(`ids.sub${kind}`)).toMatchObject({
        answer: 'no',
        value: '0',
        code: 'ERR_NS_SUBIDS',
        hint: expect.stringMatching(new RegExp(`no line in /etc/sub${kind}: usermod --add-sub`)),
      })
    }
    for (const name of ['pasta', 'slirp4netns'])
      expect(found(`network.${name}`)).toMatchObject({
        code: 'ERR_NS_UNSUPPORTED',
        hint: expect.stringMatching(new RegExp(`not in PATH.*install ${name}`)),
      })
    expect(found('network.tun')).toMatchObject({
      code: 'ERR_NS_PERMISSION',
      hint: expect.stringMatching(/cannot be opened \(ENOENT\): .*give this container the device/),
    })
  })

  test('a cgroup tree that may not be written: nothing is delegated', async () => {
    const { mount } = readHierarchies().v2 ?? {}
    const readonly = `mount --bind ${mount} ${mount}; mount -o remount,bind,ro ${mount}; NODE`
    const found = await probeAfter([rootInside(), ownMounts()], readonly)
    expect(found('cgroup.delegated')).toMatchObject({
      answer: 'no',
      code: 'ERR_NS_PERMISSION',
      hint: expect.stringMatching(/Delegate=yes/),
      remedies: [{ price: expect.any(String) }],
    })
  })

  test('without capabilities: ERR_NS_PERMISSION, and a user namespace only as another than root', async () => {
    const less = 'setpriv --bounding-set=-all --inh-caps=-all'
    const found = await probeAfter([], lane === 'root' ? `${less} NODE` : 'NODE')
    for (const type of namespaceTypes.filter((one) => one !== 'user'))
      expect(found(`namespaces.${type}.new`)).toMatchObject({
        code: 'ERR_NS_PERMISSION',
        hint: expect.stringMatching(/CAP_SYS_ADMIN: run as root, or add a user namespace/),
      })
    const ours = found('unprivileged.net.new')
    if (lane === 'root') expect(ours.hint).toMatch(/^uid 0 can be mapped only with CAP_SETFCAP/)
    else expect(ours.answer).toBe('yes')
  })

  if (lane === 'root')
    test('vm.memfd_noexec=2: no start is possible, and the hint says why', async (context) => {
      const file = '/proc/sys/vm/memfd_noexec'
      needs(() => (existsSync(file) ? undefined : `${file} came with Linux 6.3`))(context)
      const forbid = 'echo 2 > /proc/sys/vm/memfd_noexec; NODE'
      const found = await probeAfter([fresh('pid')], forbid)
      for (const id of ['namespaces.uts.new', 'unprivileged.user.new', 'security.memfd_noexec'])
        expect(found(id)).toMatchObject({
          answer: 'no',
          code: 'ERR_NS_SETUP',
          hint: expect.stringMatching(/^vm\.memfd_noexec is 2.*: set it to 1 or 0$/),
        })
    })
})

test('settings that this machine does not have are read from one that has', () => {
  const files: Record<string, string> = {
    '/proc/sys/fs/suid_dumpable': '1',
    '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': '1',
    '/proc/self/attr/apparmor/current': 'unconfined',
    '/proc/sys/kernel/unprivileged_userns_clone': '0',
    '/sys/fs/selinux/enforce': '1',
  }
  const found = finder(readSettings({ read: (path) => files[path] }))
  expect(found('security.suid_dumpable').hint).toMatch(/stays readable.*set fs\.suid_dumpable=0$/)
  expect(found('security.apparmor')).toMatchObject({
    answer: 'no',
    value: 'unconfined',
    code: 'ERR_NS_USERNS_RESTRICTED',
    remedies: [{ change: expect.stringMatching(/=0$/) }, { price: expect.stringMatching(/root/) }],
  })
  expect(found('security.unprivileged_userns_clone').answer).toBe('no')
  expect(found('security.selinux').value).toBe('enforcing')
})
