type Switch =
  | 'all'
  | 'uts'
  | 'mount'
  | 'pid'
  | 'disable-nested'
  | 'no-init'
  | 'until-empty'
  | 'readonly'
  | 'clear-env'
  | 'no-pty'
  | 'keep-capabilities'
  | 'outlive'
  | 'quiet'

type Text =
  | 'user'
  | 'hostname'
  | 'domainname'
  | 'setgroups'
  | 'owner'
  | 'boottime'
  | 'monotonic'
  | 'root'
  | 'propagation'
  | 'cwd'
  | 'uid'
  | 'gid'
  | 'keyring'
  | 'start-timeout'
  | 'placement'
  | 'die-with-parent'
  | 'argv0'

type List =
  | 'allow'
  | 'share'
  | 'join'
  | 'persist'
  | 'map-user'
  | 'map-group'
  | 'load-interp'
  | 'env'
  | 'unset-env'
  | 'cap-drop'
  | 'cap-add'
  | 'seccomp'
  | 'limit'

/** What the flags of `ns run` were given; those of mounts are read in the order in which they stand. */
export interface Values
  extends Readonly<Partial<Record<Switch, boolean>>>,
    Readonly<Partial<Record<Text, string | undefined>>>,
    Readonly<Partial<Record<List, readonly string[] | undefined>>> {}
