/*
 * Events, jobs and leases of one wearer: a receiver stores events, workers run the wearer's job.
 *
 * Checked: every stored event ends done, whatever crashes; the row never goes back to an older
 * version of the document; the wearer is never stuck.
 *
 * Steps and names are those of server/worker and lib/db/store/jobs/events.ts. See README.md for the
 * options.
 */

#ifndef EVENTS
#define EVENTS 2
#endif
#ifndef WORKERS
#define WORKERS 2
#endif
#ifndef CRASHES
#define CRASHES 2
#endif
#ifndef LAPSES
#define LAPSES 2
#endif

#define NONE 0

/* The version of the document that Oura has, and the one in our table. */
byte oura, row;
/* Events in the table: stored and not settled, and settled. */
bool pending[EVENTS], done[EVENTS];
byte sent;

/* The queue: at most one waiting and one running job. */
bool waiting;
byte running = NONE;
/* A transaction has moved the waiting job up and has not ended: no worker can take it. */
bool locked;

byte lease = NONE;
bool alive[WORKERS + 1];
byte crashes, lapses;

proctype Receiver() {
  byte e;
  bool inserts;
  do
  :: e == EVENTS -> break
  :: e < EVENTS ->
    oura = e + 1;
    /* BEGIN; INSERT the event; ask for the job. */
retry:
    atomic {
      if
      :: inserts = !waiting;
#ifndef SEND
        if
        :: waiting -> locked = true
        :: else
        fi
#endif
      /* A call with many wearers: for this one no job is asked. */
      :: inserts = false
      fi
    }
    if
    :: crashes < CRASHES ->
      /* Rolled back. Oura has no answer and sends again. */
      atomic { crashes++; locked = false }
      goto retry
    :: atomic {
         pending[e] = true;
         sent++;
         if
         :: inserts -> waiting = true
         :: else
         fi;
         locked = false
       }
    fi;
    e++
  od
}

proctype Worker(byte me) {
  byte version, each;
  bool taken[EVENTS];
start:
  /* A new process has a new name: what the old one held runs out first. */
  atomic { lease != me && running != me -> alive[me] = true };
  do
  :: atomic { waiting && !locked && running == NONE -> waiting = false; running = me };
    if
    :: lease == NONE -> atomic {
         if
         :: lease == NONE -> lease = me
         :: else
         fi
       }
    :: else
    fi;
    /* takeEvents: what was stored before the document is fetched. */
    atomic {
      each = 0;
      do
      :: each == EVENTS -> break
      :: else -> taken[each] = pending[each]; each++
      od
    };
    version = oura;
    if
    :: crashes < CRASHES -> atomic { crashes++; alive[me] = false; version = 0 }; goto start
    :: true
    fi;
    /* One transaction: load, and check the lease. */
    atomic {
      if
#ifdef NO_LEASE
      :: true ->
#else
      :: lease == me ->
#endif
        assert(version >= row);
        row = version
      :: else -> version = 0
      fi
    };
    if
    :: crashes < CRASHES -> atomic { crashes++; alive[me] = false; version = 0 }; goto start
    :: true
    fi;
    /* settleEvents: without the lease they stay pending, to be taken again. */
    atomic {
      each = 0;
      do
      :: each == EVENTS -> break
      :: else ->
        if
        :: taken[each] && version > 0 && pending[each] ->
          assert(row > each);
          pending[each] = false;
          done[each] = true
        :: else
        fi;
        each++
      od;
      version = 0;
      if
      :: lease == me -> lease = NONE
      :: else
      fi;
      if
      :: running == me -> running = NONE
      :: else
      fi
    }
  od
}

/* A lease runs out: its holder is dead, or so slow that it was taken for dead. */
active proctype Expiry() {
  do
  :: atomic { lease != NONE && (!alive[lease] || lapses < LAPSES) ->
       if
       :: alive[lease] -> lapses++
       :: else
       fi;
       lease = NONE
     }
  od
}

/* The monitor of the queue gives the job of a worker without heartbeat to another one. */
active proctype Monitor() {
  do
  :: atomic { running != NONE && (!alive[running] || lapses < LAPSES) ->
       if
       :: alive[running] -> lapses++
       :: else
       fi;
       running = NONE;
       waiting = true
     }
  od
}

#ifndef NO_DISPATCH
/* dispatch: asks for jobs of wearers whose events are due. */
active proctype Dispatch() {
  byte e;
  do
  :: atomic { !waiting && running == NONE && sent > 0 ->
       e = 0;
       do
       :: e == EVENTS -> break
       :: else ->
         if
         :: pending[e] -> waiting = true
         :: else
         fi;
         e++
       od
     }
  od
}
#endif

init {
  byte w = 1;
  byte e;
  atomic {
    run Receiver();
    do
    :: w > WORKERS -> break
    :: else -> run Worker(w); w++
    od
  };
  /* Nothing can happen any more. */
  timeout ->
    e = 0;
    do
    :: e == EVENTS -> break
    :: else -> assert(done[e] && !pending[e]); e++
    od;
    assert(row == oura)
}
