"""The host's backup: all of a studio in one folder, made while people write, and brought back.

A backup is a folder, readable by its owner only, that appears whole or not at all:

- `database.dump`: Postgres in its own archive format, as of one instant, without the sign-ins. A
  session that was ended after the backup must not come to life again by restoring it, and a copy
  that was stolen opens no browser; everybody signs in once more, and unsent text waits for that.
- `files/`: every stored file that a row of the dump names.
- `secret_key`: the studio's own key, unless it comes from the environment. No table needs it to be
  read, but what browsers hold for writers ("Saved on this device") is sealed with keys derived from
  it, and would be lost without it. The keys of access tokens are not in it: those live for minutes,
  and a new key is made by itself.
- `manifest.json`: what it is, of when, by which version, with the size and SHA-256 of each part.
"""
