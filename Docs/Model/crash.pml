/* What must be durable before what is sent (spec 3.5, 3.7, 5.6): one validator, its two vote logs and its database, crashes.
 *
 * The validator decides on votes by what it remembers, makes them durable in both logs, and sends them. It may crash at any
 * moment: what was not synced is then kept or lost, for each file apart. Once, while it is down, one of the two logs may
 * vanish. A start remembers what stands in either log and copies it to the other. Whatever was sent is remembered by the
 * world for ever, and must never contradict itself.
 *
 * V views, in each block A or B. What is left out of the rules:
 *   SEND_BEFORE_SYNC    a vote leaves when it is written, not when it is synced
 *   ONE_LOG             only the first log is synced before a vote leaves
 *   NO_HEALING          a start believes the first log that is there, and copies nothing to the other
 *   BACKUP              both logs may be set back to what they were earlier
 *   VOTE_BEFORE_BLOCK   a notarize leaves before its block is durable
 *   FINALIZE_UNSYNCED   a finalize leaves before its notarization is durable
 *   FORGET_TOO_EARLY    the logs call a view final before the database holds it
 */
#ifndef V
#define V 2
#endif

#define NOTARIZE_A 1
#define NOTARIZE_B 2
#define NULLIFY 4
#define FINALIZE_A 8
#define FINALIZE_B 16
#define NOTARIZES(s) ((s) & 3)
#define FINALIZES(s) ((s) & 24)

byte memory[V + 1];      /* votes in this life, by view: a set of the bits above */
byte logA[V + 1];        /* durable */
byte logB[V + 1];
byte sent[V + 1];        /* what the world holds */
#ifdef BACKUP
byte old[V + 1];
bit isOld;
#endif
byte kept[V + 1];        /* durable in the database: the block A or B with the bit of its notarize, its notarization with
                            that of its finalize */
byte finalInLogs, finalInDatabase, finalInMemory;

/* The vote under way, and how far it is. */
byte view, vote;
bit groundWritten, inA, inB, syncedA, syncedB;
bit isUp = 1, mayVanish = 1;
byte i, choice;

/* Spec 3.6: what an honest validator may sign on top of what it remembers. */
#define MAY(s, x) \
    (((x) & 3) -> (NOTARIZES(s) == 0 && ((s) & NULLIFY) == 0) : \
    (((x) & NULLIFY) -> (FINALIZES(s) == 0 && ((s) & NULLIFY) == 0) : \
    (FINALIZES(s) == 0 && ((s) & NULLIFY) == 0)))

#ifdef SEND_BEFORE_SYNC
#define MAY_LEAVE (inA && inB)
#else
#ifdef ONE_LOG
#define MAY_LEAVE (syncedA)
#else
#define MAY_LEAVE (syncedA && syncedB)
#endif
#endif
/* What a vote stands on: a notarize on its block, a finalize on its notarization. */
#define GROUND(x) ((x) & 27)
#ifdef VOTE_BEFORE_BLOCK
#define WAITS(x) FINALIZES(x)
#else
#ifdef FINALIZE_UNSYNCED
#define WAITS(x) NOTARIZES(x)
#else
#define WAITS(x) GROUND(x)
#endif
#endif
#define GROUND_IS_THERE (!WAITS(vote) || (kept[view] & vote))

inline check() {
    d_step {
        i = 1;
        do
        :: i <= V ->
            assert(NOTARIZES(sent[i]) != 3);                                        /* no second notarize */
            assert(FINALIZES(sent[i]) != 24);                                       /* no second finalize */
            assert(!(FINALIZES(sent[i]) && (sent[i] & NULLIFY)));                   /* no finalize and nullify */
            assert((GROUND(sent[i]) & ~kept[i]) == 0);             /* block and notarization are on disk before their votes */
            i++
        :: else -> break
        od;
        assert(finalInLogs <= finalInDatabase);           /* the logs call nothing final that the database doesn't hold */
        i = 0
    }
}

inline forget() { view = 0; vote = 0; groundWritten = 0; inA = 0; inB = 0; syncedA = 0; syncedB = 0 }

init {
    do
    :: atomic { isUp && vote == 0 ->                       /* decide */
        select(view : 1 .. V); select(i : 0 .. 4); choice = 1 << i; i = 0;
        if
        :: view > finalInMemory && MAY(memory[view], choice) -> vote = choice; memory[view] = memory[view] | choice
        :: else -> view = 0
        fi;
        choice = 0 }
    :: atomic { isUp && GROUND(vote) && !groundWritten -> groundWritten = 1 }
    :: atomic { isUp && groundWritten && !(kept[view] & vote) -> kept[view] = kept[view] | vote }
    :: atomic { isUp && vote != 0 && !inA && GROUND_IS_THERE -> inA = 1 }
    :: atomic { isUp && inA && !syncedA -> syncedA = 1; logA[view] = logA[view] | vote }
    :: atomic { isUp && syncedA && !inB -> inB = 1 }
#ifdef SEND_BEFORE_SYNC
    :: atomic { isUp && inA && !inB -> inB = 1 }
#endif
    :: atomic { isUp && inB && !syncedB -> syncedB = 1; logB[view] = logB[view] | vote }
    :: atomic { isUp && vote != 0 && MAY_LEAVE -> sent[view] = sent[view] | vote; forget(); check() }

    /* A view becomes final: the batch is synced, then the logs may forget. */
    :: atomic { isUp && finalInMemory == finalInDatabase && finalInMemory < V -> finalInMemory++ }
#ifdef FORGET_TOO_EARLY
    :: atomic { isUp && finalInLogs < finalInMemory -> finalInLogs = finalInMemory; check() }
#endif
    :: atomic { isUp && finalInDatabase < finalInMemory -> finalInDatabase = finalInMemory }
    :: atomic { isUp && finalInLogs < finalInDatabase && vote == 0 -> finalInLogs = finalInDatabase; check() }

#ifdef BACKUP
    :: atomic { !isOld && isUp && vote == 0 -> isOld = 1;
        i = 1; do :: i <= V -> old[i] = logA[i]; i++ :: else -> break od; i = 0 }
#endif
    :: atomic { isUp ->                                    /* a crash: what was not synced is kept or lost */
        isUp = 0;
        if :: inA && !syncedA -> logA[view] = logA[view] | vote :: true fi;
        if :: inB && !syncedB -> logB[view] = logB[view] | vote :: true fi;
        if :: groundWritten -> kept[view] = kept[view] | vote :: true fi;
        i = 1; do :: i <= V -> memory[i] = 0; i++ :: else -> break od; i = 0;
        finalInMemory = 0;
        forget(); check() }
    :: atomic { !isUp && mayVanish -> mayVanish = 0;       /* one of the files is gone, or not to be believed */
        select(choice : 0 .. 1);
        i = 1;
        do
        :: i <= V && choice == 0 -> logA[i] = 0; i++
        :: i <= V && choice == 1 -> logB[i] = 0; i++
        :: else -> break
        od;
        i = 0; choice = 0 }
#ifdef BACKUP
    :: atomic { !isUp && isOld -> isOld = 0;
        i = 1; do :: i <= V -> logA[i] = old[i]; logB[i] = old[i]; old[i] = 0; i++ :: else -> break od; i = 0 }
#endif
    :: atomic { !isUp -> isUp = 1;                         /* a start: both files together */
        i = 1;
        do
        :: i <= V ->
#ifdef NO_HEALING
            memory[i] = (logA[i] -> logA[i] : logB[i]);
#else
            memory[i] = logA[i] | logB[i]; logA[i] = memory[i]; logB[i] = memory[i];
#endif
            i++
        :: else -> break
        od;
        i = 0;
        finalInMemory = finalInDatabase; check() }
    od
}
