import type { Socket } from 'node:dgram'
import type { AddressInfo, Server } from 'node:net'
import type { Forward } from './forward.ts'

/**
 * The forward of what listens.
 *
 * @param end ends all that it carries
 */
export function forwardOf(listening: Server | Socket, end: () => void): Forward {
  let isOpen = true
  const close = () => {
    if (!isOpen) return
    isOpen = false
    listening.close()
    end()
  }
  const { address, port } = listening.address() as AddressInfo
  return {
    host: address,
    port,
    close,
    unref: () => void listening.unref(),
    [Symbol.asyncDispose]: async () => close(),
  }
}
