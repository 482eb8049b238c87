package io.freshet.journal;

/** How much a change asks to be looked at; a later constant covers an earlier one. */
public enum ChangeKind {
    /** This one path. */
    PATH,
    /** This directory and its entries, one level. */
    DIR,
    /** This directory and everything below it. */
    TREE
}
