import { asCaller, lane, ownNetwork, type Running, running, sameNetwork, shell } from '@ns/testkit'
import { Netlink } from '../src/index.ts'

/** A network namespace of a test's own, and a client of it. */
export interface Network extends AsyncDisposable {
  readonly netlink: Netlink
  /** Of the process that holds it. */
  readonly pid: number
  /** What a shell in it prints. */
  sh(script: string): Promise<string>
  /** What `ip -j` or `tc -j` says. */
  // biome-ignore lint/suspicious/noExplicitAny: the tools' own shapes
  json(command: string): Promise<any>
}

/**
 * Makes one. What is done by its client happens in there, and nowhere else.
 *
 * @param beside owned by the same user namespace, so that links can lead from one to the other
 */
export async function network(beside?: Network): Promise<Network> {
  const sleeper: Running = await running(asCaller([ownNetwork()], beside?.pid))
  const { pid } = sleeper
  const user = lane === 'root' ? undefined : pid
  const end = () => sleeper[Symbol.asyncDispose]()
  try {
    const netlink = await Netlink.openInside(pid, { user })
    const sh = async (script: string) => {
      const contributions = asCaller([sameNetwork(pid)], pid)
      const { stdout, stderr } = await shell(contributions, script, { capabilities: 'keep' })
      if (stderr !== '') throw new Error(`${script}: ${stderr}`)
      return stdout
    }
    return {
      netlink,
      pid,
      sh,
      json: async (command) => JSON.parse(await sh(command)),
      async [Symbol.asyncDispose]() {
        netlink.close()
        await end()
      },
    }
  } catch (error) {
    await end()
    throw error
  }
}
