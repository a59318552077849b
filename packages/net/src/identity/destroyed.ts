import { setTimeout } from 'node:timers/promises'
import { close, type Namespace } from '@ns/syscalls'
import { createNetwork, namespaceOfSocket } from '../create.ts'

/**
 * Waits until the kernel has torn a network namespace down: nobody is in it or holds it any more, and the links that led
 * there are gone.
 *
 * Nothing tells of that, so it is seen from a namespace of our own: there the dying one has a number, which is taken
 * away when its end begins. Ends are carried out in one queue (cleanup_net()), so one that begins behind it begins when
 * it is over: that of a second namespace of ours, given up then.
 *
 * @param letGo closes what we hold ourselves
 */
export async function waitForEnd(
  namespace: Namespace,
  letGo: () => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted()
  const { Netlink } = await import('@ns/netlink')
  using watch = Netlink.from(await createNetwork({ lo: false }, undefined))
  const behind = await createNetwork({ lo: false }, undefined)
  try {
    using other = namespaceOfSocket(behind)
    watch.netnsIds.assign(namespace, 1)
    watch.netnsIds.assign(other, 2)
  } catch (error) {
    close(behind)
    throw error
  }
  letGo()
  const isGone = async (id: number) => {
    for (let ms = 1; watch.netnsIds.list().includes(id); ms = Math.min(2 * ms, 50)) {
      await setTimeout(ms)
      signal?.throwIfAborted()
    }
  }
  try {
    await isGone(1)
  } finally {
    close(behind)
  }
  await isGone(2)
}
