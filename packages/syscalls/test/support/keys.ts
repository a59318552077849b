import { attempt } from '../../src/calls/result.ts'
import { syscallNumber } from '../../src/index.ts'
import { KEYCTL_JOIN_SESSION_KEYRING } from '../../src/kernel/constants.ts'

// Of keyctl(2), what the tests need.

const SESSION_KEYRING = -3
const [keyctl, addKey] = [syscallNumber('keyctl'), process.arch === 'arm64' ? 217 : 248]

/** Gives this thread, and so what it starts, a session keyring of its own. */
export function joinKeyring(): void {
  attempt('keyctl', KEYCTL_JOIN_SESSION_KEYRING, null)
}

/** Perl: subs that return the result, or undef with `$!`; strings are copied, as perl hands out what it could write to. */
export const perlKeys: string = `
  sub call { my @args = @_; my $result = syscall(shift @args, @args); $result < 0 ? undef : $result }
  sub user_keyring { call(${keyctl}, 0, -4, 0) }
  sub link_key { call(${keyctl}, 8, $_[0], $_[1] // ${SESSION_KEYRING}) }
  sub unlink_key { call(${keyctl}, 9, $_[0], $_[1]) }
  sub add { call(${addKey}, "user", $_[0], $_[1], length $_[1], $_[2] // ${SESSION_KEYRING}) }
  sub join_new { call(${keyctl}, ${KEYCTL_JOIN_SESSION_KEYRING}, 0) }
  sub session { call(${keyctl}, 0, ${SESSION_KEYRING}, 0) }
  sub search { call(${keyctl}, 10, ${SESSION_KEYRING}, "user", $_[0], 0) }
  sub text { my ($operation, $key) = @_; my $text = "\\0" x 64;
    my $length = syscall(${keyctl}, $operation, $key, $text, 64);
    $length < 0 ? undef : substr($text, 0, $length) }
  sub describe { text(6, $_[0]) }
  sub content { text(11, $_[0]) }
`
