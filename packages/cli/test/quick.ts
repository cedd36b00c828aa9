/** Options that make a run of `train` small and quick: a flow that learns something, not one that is good. */
export const quick = '--steps 30 --batch 64 --layers 2 --hidden 16 --limit 2000 --held-out 1000'.split(' ');
