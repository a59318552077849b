/** Whether the caller has groups beside the effective one, which Node lists with them. */
export function hasSupplementaryGroups(): boolean {
  return (process.getgroups?.() ?? []).some((gid) => gid !== process.getegid?.())
}
