import type { Cause } from '../cause.ts'
import type { Machine } from '../machine.ts'

/** mount_namespaces(7), namespaces(7): a bind mount of a namespace's file. */
export const persisting: readonly Cause[] = [
  {
    when: ({ operation, errno }) => operation === 'persist' && errno === 'EPERM',
    find: () =>
      'a bind mount takes CAP_SYS_ADMIN in the user namespace that owns the own mount namespace: be root, or do it in user and mount namespaces of one’s own',
  },
  {
    when: ({ operation, errno }) => operation === 'unpersist' && errno === 'EPERM',
    find: () => 'it takes CAP_SYS_ADMIN in the user namespace that owns the own mount namespace',
  },
  {
    when: ({ operation, errno, namespace }) =>
      operation === 'persist' && errno === 'EINVAL' && namespace === 'mount',
    find({ dest = '' }, machine) {
      const shared = sharedMountOf(dest, machine)
      return shared === undefined
        ? 'a mount namespace can be kept only in one with a lower number, made before it: the own one and older ones cannot, nor (Linux 6.18, where each CPU has a range) one that happens to have a lower number; make a new one'
        : {
            cause: `'${shared}' is shared with other mount namespaces, and the file of a mount namespace cannot be shared`,
            remedies: [
              {
                change: `bind a directory to itself and make it private (mount --bind DIR DIR; mount --make-private DIR), and keep it there`,
                price: 'mounts below that directory are seen in this mount namespace only',
              },
            ],
          }
    },
  },
]

/** The mount on which a path lies, if it is shared. */
function sharedMountOf(path: string, { read }: Machine): string | undefined {
  const lines = read('/proc/self/mountinfo')?.split('\n') ?? []
  const mounts = lines.map((line) => line.split(' '))
  const holding = mounts.filter(([, , , , point = '']) => {
    return point === '/' || path === point || path.startsWith(`${point}/`)
  })
  // Of two at the same place the later one is on top.
  const nearest = holding.reduce<string[] | undefined>(
    (best, one) => ((best?.[4]?.length ?? 0) <= (one[4]?.length ?? 0) ? one : best),
    undefined,
  )
  const isShared = nearest?.some((field) => field.startsWith('shared:'))
  return isShared ? nearest?.[4] : undefined
}
