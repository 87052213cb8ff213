/* Safety of the votes, and no view without a way out (spec 3.6, 3.12).
 *
 * Honest replicas are counted, not told apart: for each view, how many of them have notarized nothing, A or B, and have
 * sent nothing else, a nullify or a finalize. Every Byzantine replica is counted in every certificate, which is the worst
 * it can do. Replicas hear of certificates at any time or never; there are no clocks, so no timing is assumed.
 *
 * Sizes: H honest, B Byzantine, Q votes make a quorum, V views. What is left out of the rules, or put in their place:
 *   FINALIZE_AFTER_NULLIFY     a replica that nullified a view finalizes it
 *   NULLIFY_AFTER_FINALIZE     a replica that finalized a view nullifies it
 *   NO_SKIP_PROOF              a block is notarized although a view between its parent's and its own is not nullified
 *   UNCERTIFIED_PARENT         a block is notarized although nothing certifies its parent
 *   SECOND_NOTARIZE            a replica notarizes both blocks of a view
 *   AMNESIA                    one replica forgets its votes of one view
 *   FINALIZE_UNCERTIFIED       a replica finalizes before there is a notarization
 *   NOTARIZE_FORBIDS_NULLIFY   a replica that notarized does not nullify that view: a way out is lost
 */
#ifndef H
#define H 3
#define B 1
#define Q 3
#define V 2
#endif

#define AT(v, n, k) ((v) * 9 + (n) * 3 + (k))
byte c[(V + 1) * 9];                 /* c[view, notarized (0, 1 = A, 2 = B), then (0 nothing, 1 nullify, 2 finalize)] */
byte parentView[(V + 1) * 3];        /* of block A (1) and B (2) of a view; view 0 is the final block they all begin from */
byte parentBlock[(V + 1) * 3];
bit proposed[(V + 1) * 3];
byte both[(V + 1) * 2];              /* honest replicas that broke a rule: in [v, 0] finalize and nullify, [v, 1] A and B */

byte v, x, k, w, p, q, t;
bool ok;
#ifdef AMNESIA
byte memories = 1;
#endif

#define HONEST_NOTARIZED(v, n) (c[AT(v, n, 0)] + c[AT(v, n, 1)] + c[AT(v, n, 2)] + both[(v) * 2 + 1])
#define HONEST_NULLIFIED(v) (c[AT(v, 0, 1)] + c[AT(v, 1, 1)] + c[AT(v, 2, 1)])
#define HONEST_FINALIZED(v) (c[AT(v, 0, 2)] + c[AT(v, 1, 2)] + c[AT(v, 2, 2)])
#define NOTARIZED(v, n) (HONEST_NOTARIZED(v, n) + B >= Q)
#define NULLIFIED(v) (HONEST_NULLIFIED(v) + both[(v) * 2] + B >= Q)
#define FINALIZED(v) (HONEST_FINALIZED(v) + both[(v) * 2] + B >= Q)
#define CERTIFIED(v, n) ((v) == 0 || NOTARIZED(v, n))

#ifdef NOTARIZE_FORBIDS_NULLIFY
#define MAY_NULLIFY_AFTER_NOTARIZE(v) false
#else
#define MAY_NULLIFY_AFTER_NOTARIZE(v) (c[AT(v, 1, 0)] + c[AT(v, 2, 0)] > 0)
#endif

/* Spec 3.6, Notarize: the parent is certified, and every view between was skipped. */
inline mayNotarize(v, x) {
    ok = true;
#ifndef UNCERTIFIED_PARENT
    ok = CERTIFIED(parentView[(v) * 3 + (x)], parentBlock[(v) * 3 + (x)]);
#endif
#ifndef NO_SKIP_PROOF
    w = parentView[(v) * 3 + (x)] + 1;
    do :: w < (v) -> ok = ok && NULLIFIED(w); w++ :: else -> break od;
    w = 0
#endif
}

/* Spec 3.12, and that a view always has a way out. */
inline check() {
    d_step {
        t = 1;
        do
        :: t <= V ->
            assert(!(NOTARIZED(t, 1) && NOTARIZED(t, 2)));     /* (1) one notarization a view */
            assert(!(FINALIZED(t) && NULLIFIED(t)));           /* (2) never final and skipped */
            if
            :: FINALIZED(t) && (NOTARIZED(t, 1) || NOTARIZED(t, 2)) ->
                q = (NOTARIZED(t, 1) -> 1 : 2);
                w = t + 1;
                do                                             /* (3) whatever is notarized later extends what is final */
                :: w <= V ->
                    k = 1;
                    do
                    :: k <= 2 ->
                        if
                        :: NOTARIZED(w, k) ->
                            v = w; x = k;
                            do :: v > t -> p = parentView[v * 3 + x]; x = parentBlock[v * 3 + x]; v = p :: else -> break od;
                            assert(v == t && x == q)
                        :: else
                        fi;
                        k++
                    :: else -> break
                    od;
                    w++
                :: else -> break
                od
            :: else
            fi;
            /* With no more than f Byzantine the honest alone can always end a view: somebody may still nullify, or it is
             * certified without anybody else. */
            assert(H < Q || c[AT(t, 0, 0)] > 0 || MAY_NULLIFY_AFTER_NOTARIZE(t)
                || NOTARIZED(t, 1) || NOTARIZED(t, 2) || HONEST_NULLIFIED(t) >= Q);
            t++
        :: else -> break
        od;
        t = 0; v = 0; x = 0; k = 0; w = 0; p = 0; q = 0
    }
}

init {
    atomic { v = 1; do :: v <= V -> c[AT(v, 0, 0)] = H; v++ :: else -> break od; v = 0 }
    do
    :: atomic {                                                /* a leader, honest or not, proposes on any parent */
        select(v : 1 .. V); select(x : 1 .. 2); select(p : 0 .. V); select(q : 0 .. 2);
        if
        :: (!proposed[v * 3 + x] && (x == 1 || proposed[v * 3 + 1]) && p < v &&
            ((p == 0 && q == 0) || (p > 0 && q > 0 && proposed[p * 3 + q]))) ->
            proposed[v * 3 + x] = 1; parentView[v * 3 + x] = p; parentBlock[v * 3 + x] = q
        :: else
        fi;
        v = 0; x = 0; p = 0; q = 0; check() }
    :: atomic {                                                /* notarize */
        select(v : 1 .. V); select(x : 1 .. 2);
        if
        :: proposed[v * 3 + x] ->
            mayNotarize(v, x);
            if
            :: ok && c[AT(v, 0, 0)] > 0 -> c[AT(v, 0, 0)]--; c[AT(v, x, 0)]++
#ifdef SECOND_NOTARIZE
            :: ok && c[AT(v, 3 - x, 0)] > both[v * 2 + 1] -> both[v * 2 + 1]++
#endif
            :: else
            fi
        :: else
        fi;
        ok = 0; v = 0; x = 0; check() }
    :: atomic {                                                /* nullify: a timer, f + 1 others, an invalid block */
        select(v : 1 .. V); select(x : 0 .. 2);
        if
#ifdef NOTARIZE_FORBIDS_NULLIFY
        :: x == 0 && c[AT(v, x, 0)] > 0 -> c[AT(v, x, 0)]--; c[AT(v, x, 1)]++
#else
        :: c[AT(v, x, 0)] > 0 -> c[AT(v, x, 0)]--; c[AT(v, x, 1)]++
#endif
#ifdef NULLIFY_AFTER_FINALIZE
        :: HONEST_FINALIZED(v) > both[v * 2] -> both[v * 2]++
#endif
        :: else
        fi;
        v = 0; x = 0; check() }
    :: atomic {                                                /* finalize: the view is notarized, and it holds the block */
        select(v : 1 .. V); select(x : 0 .. 2);
        if
#ifdef FINALIZE_UNCERTIFIED
        :: c[AT(v, x, 0)] > 0 && (proposed[v * 3 + 1] || proposed[v * 3 + 2]) -> c[AT(v, x, 0)]--; c[AT(v, x, 2)]++
#else
        :: c[AT(v, x, 0)] > 0 && (NOTARIZED(v, 1) || NOTARIZED(v, 2)) -> c[AT(v, x, 0)]--; c[AT(v, x, 2)]++
#endif
#ifdef FINALIZE_AFTER_NULLIFY
        :: HONEST_NULLIFIED(v) > both[v * 2] && (NOTARIZED(v, 1) || NOTARIZED(v, 2)) -> both[v * 2]++
#endif
        :: else
        fi;
        v = 0; x = 0; check() }
#ifdef AMNESIA
    /* Its old votes stay with the others, and it votes anew: one more honest voter in that view. */
    :: atomic { memories > 0 -> memories--; select(v : 1 .. V); c[AT(v, 0, 0)]++; v = 0; check() }
#endif
    od
}
