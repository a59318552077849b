import { Cgroup, readHierarchies } from '../src/index.ts'

/** Why this user can make no cgroup here; `undefined`: he can. */
export const refusal: unknown = await tryToMake()

async function tryToMake(): Promise<unknown> {
  try {
    await using _ = Cgroup.create()
    return undefined
  } catch (error) {
    return error
  }
}

/** Whether limits of a controller can be set here: most machines have all, those with cgroup v1 beside have few. */
export const hasController = (name: string): boolean =>
  refusal === undefined && (readHierarchies().v2?.controllers.includes(name) ?? false)
