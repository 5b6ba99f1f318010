/* The refresh of a sign-in as a model for Spin: claim, call, keep, commit, discard. Processes may die
 * between any two steps, the database may refuse a commit, a claim may run out while its holder lives.
 * README.md says what is checked and how to run it. */
#ifndef N
#define N 3                          /* processes started in all */
#endif
#ifndef M
#define M 1                          /* machines, each with a data directory of its own */
#endif
#define NONE 15
#define FILES N                      /* a process keeps one pair at most */

byte oura = 0;                       /* the refresh token Oura accepts */
byte rowTok = 0, rowVer = 0;         /* the row of oauth_tokens */
bool dead = false;                   /* needs_login */
byte holder = NONE;                  /* the claim: who has it, and whether it has run out */
bool over = false;
byte fileTok[FILES], fileVer[FILES]; /* recovery files, by the process that wrote them */
bool file[FILES];
byte mem[N];                         /* the pair in the memory of a process */
byte crashes = 0, outages = 0;
byte stale = 0;                      /* the version whose pair is to be replaced */
byte promised = NONE;                /* the last pair that was kept or committed */

#ifdef ONE_NAME                      /* the fault: every process of a machine writes the same file */
#define OWN(p) ((p) % M)
#else
#define OWN(p) (p)
#endif
#define SAME_MACHINE(p, q) ((p) % M == (q) % M)

#define IN_FILE(i, t) (file[i] && fileTok[i] == t)
#if N == 2
#define SAFE(t) (rowTok == t || IN_FILE(0, t) || IN_FILE(1, t) || mem[0] == t || mem[1] == t)
#else
#define SAFE(t) (rowTok == t || IN_FILE(0, t) || IN_FILE(1, t) || IN_FILE(2, t) || mem[0] == t || mem[1] == t || mem[2] == t)
#endif

inline mayDie() { if :: crashes < 2 -> crashes++; mem[me] = NONE; goto gone :: true -> skip fi }

/* storeRefreshed(): guarded by the version that was read; the new one passes that of the pair. */
inline store(tok, seen, base) {
  atomic {
    if :: rowVer == seen -> rowTok = tok;
          if :: base > seen -> rowVer = base + 1 :: else -> rowVer = seen + 1 fi;
          dead = false; holder = NONE; over = false
       :: else -> skip
    fi }
}

/* adoptKeptPair(): one file is looked at; which one is chosen freely, so every order is covered. */
inline adopt() {
  atomic {
    f = NONE;
    if :: file[OWN(0)] && SAME_MACHINE(me, 0) -> f = OWN(0)
       :: file[OWN(1)] && SAME_MACHINE(me, 1) -> f = OWN(1)
#if N > 2
       :: file[OWN(2)] && SAME_MACHINE(me, 2) -> f = OWN(2)
#endif
       :: else -> skip
    fi;
    if :: f != NONE -> sTok = fileTok[f]; sVer = fileVer[f] :: else -> skip fi }
  if :: f != NONE ->
        mayDie();
        atomic { v = rowVer }
        mayDie();
        if :: v <= sVer -> store(sTok, v, sVer); mayDie(); atomic { v = rowVer }
           :: else -> skip
        fi;
        if :: v > sVer -> file[f] = false :: else -> skip fi
     :: else -> skip
  fi
}

proctype P(byte me) {
  byte v, t, sTok, sVer, f; bool ok; byte tries = 0;
again:
  adopt();
  atomic {                                          /* claimRefresh() */
    if :: dead -> goto gone
       :: !dead && rowVer > stale -> goto gone      /* another process was faster */
       :: !dead && rowVer <= stale && holder != NONE && holder != me && !over -> ok = false
       :: else -> holder = me; over = false; v = rowVer; t = rowTok; ok = true
    fi }
  if :: !ok -> tries++; if :: tries < 3 -> goto again :: else -> goto gone fi :: else -> skip fi;
  mayDie();
  atomic { if :: t == oura -> oura++; mem[me] = oura; ok = true     /* the call spends the token */
              :: else -> ok = false fi }
  mayDie();
  if :: !ok ->                                      /* afterRefusal() */
        adopt();
        atomic { if :: rowVer == v -> dead = true; holder = NONE; over = false :: else -> skip fi };
        goto gone
     :: else -> skip fi;
  atomic { f = OWN(me); file[f] = true; fileTok[f] = mem[me]; fileVer[f] = v; promised = mem[me] }
  mayDie();
  if :: outages < 1 -> outages++; mem[me] = NONE; goto gone         /* SIGN_IN_KEPT: the file stays */
     :: store(mem[me], v, v)
  fi;
  mayDie();
  file[OWN(me)] = false;                            /* discard */
  mem[me] = NONE;
gone: skip
}

active proctype Clock() {            /* a claim may run out at any time; one pair becomes stale again */
  do :: atomic { holder != NONE && !over -> over = true }
     :: atomic { stale == 0 && rowVer == 1 -> stale = 1 }
     :: timeout -> break
  od
}

active proctype Watch() {
  assert(promised == NONE || promised != oura || SAFE(oura))
}

init {
  atomic {
    byte i;
    for (i : 0 .. N-1) { mem[i] = NONE };
    for (i : 0 .. N-1) { run P(i) }
  }
}
