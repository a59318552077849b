/**
 * Every code that `@ns` gives to an error of its own. Errors of exec, PATH and cwd keep Node's (`ENOENT`, `EACCES`, …).
 *
 * | code | what happened |
 * |---|---|
 * | `ERR_NS_UNSUPPORTED` | this platform or kernel cannot do it |
 * | `ERR_NS_INVALID_OPTION` | an option is malformed, unknown, or contradicts another; nothing was started |
 * | `ERR_NS_NOT_A_NAMESPACE` | what was to be opened or joined is no namespace, or one of another type |
 * | `ERR_NS_NO_SUCH_PROCESS` | the process whose namespace was wanted is gone |
 * | `ERR_NS_PERMISSION` | the kernel refused for want of a capability |
 * | `ERR_NS_USERNS_RESTRICTED` | user namespaces are forbidden or restricted on this machine |
 * | `ERR_NS_SUBIDS` | more ids than one's own cannot be mapped: no subordinate ids, or no program with the right to map them |
 * | `ERR_NS_LIMIT` | a limit on namespaces or on their nesting is reached |
 * | `ERR_NS_PERSIST` | a namespace cannot be kept by this file, or not be given up |
 * | `ERR_NS_CGROUP` | a cgroup cannot be made, limited, changed or removed |
 * | `ERR_NS_SETUP` | a step between clone and exec failed, or the child was killed in it |
 * | `ERR_NS_TIMEOUT` | the start took longer than `startTimeout`, or a program longer than `timeout` (`run`) |
 * | `ERR_NS_EXIT` | a program ran and its exit code was not 0 (`run`) |
 * | `ERR_NS_SIGNAL` | a program ran and was ended by a signal (`run`) |
 * | `ERR_NS_MAX_BUFFER` | a program wrote more than `maxBuffer` and was ended (`run`) |
 */
export type ErrorCode =
  | 'ERR_NS_UNSUPPORTED'
  | 'ERR_NS_INVALID_OPTION'
  | 'ERR_NS_NOT_A_NAMESPACE'
  | 'ERR_NS_NO_SUCH_PROCESS'
  | 'ERR_NS_PERMISSION'
  | 'ERR_NS_USERNS_RESTRICTED'
  | 'ERR_NS_SUBIDS'
  | 'ERR_NS_LIMIT'
  | 'ERR_NS_PERSIST'
  | 'ERR_NS_CGROUP'
  | 'ERR_NS_SETUP'
  | 'ERR_NS_TIMEOUT'
  | 'ERR_NS_EXIT'
  | 'ERR_NS_SIGNAL'
  | 'ERR_NS_MAX_BUFFER'
