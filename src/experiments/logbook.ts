/** The default text of `evenkeel transformer`: 8 KB of plain English, written for this purpose. */
export const logbook = `The keeper of the light wrote in her log every evening, and she wrote the same things in the \
same order, because a log that changes its order is a log that nobody can read. First the wind, then the sea, then \
the glass, then the light, then whatever else the day had brought. When the day had brought nothing she wrote that \
too.

Monday. Wind from the west, steady. Sea slight. The glass stands at thirty and does not move. The light was lit at \
six and burned all night. A boat came past the point in the afternoon with her sail reefed, though there was no need \
of it. I waved and the boy at the tiller waved back.

Tuesday. Wind from the west, rising. Sea moderate. The glass has dropped a little. The light was lit at six. The same \
boat came back, low in the water and leaning to one side. She had taken her load badly. A boat that leans is slow on \
one tack and wild on the other, and the boy had to hold the tiller with both hands. I called to him that he should \
move the barrels to the middle. He could not hear me.

Wednesday. Wind from the south west, strong. Sea rough. The glass is still falling. The light was lit at five because \
the day was dark. No boats.

Thursday. Wind from the west, falling. Sea rough, then moderate. The glass is rising. The light was lit at six. In \
the morning the boy came up the path with a basket of fish and asked whether I had called to him. I said that I had. \
He asked what I had said. I said that he should move the barrels to the middle of the boat, and that he should not \
guess where the middle was, but measure it.

He asked how one measures the middle of a boat. I told him to think of the load and not of the boat. Take every \
barrel, I said, and how far it stands from the mast, to the left or to the right. Add up the distances on the left \
and the distances on the right, each with its weight. If the two sums are the same, the boat will stand upright. If \
they are not, the difference tells you which way she leans and by how much. That is the mean of the load. Take it \
away and the boat is level.

He thought about this for some time. Then he said that the boat had been level in the harbour once, and had still \
been hard to sail, because all the heavy barrels stood at the sides, half of them on the left and half of them on the \
right. She did not lean, but she rolled, slowly and far, and she would not stop. I said that this was the second \
thing to measure. The first is where the middle is. The second is how far the load is spread around it. Two boats may \
have the same middle, and one is stiff and the other is tender. You cannot tell them apart by the mean alone.

Friday. Wind from the north west, light. Sea slight. The glass stands at thirty. The light was lit at six and burned \
all night. The boy came again. He had moved the barrels, and he had a question. When he loads the boat in the \
harbour, he said, he can measure everything, because everything is there. But at sea he takes on fish, a few at a \
time, and the load changes. Must he stop and measure the whole boat again for every basket?

I told him what the old captains do. They keep two numbers in a book, the middle and the spread. When a new basket \
comes aboard they do not begin again. They take nine parts of the old number and one part of the new, and write that \
down. After many baskets the book is nearly right, and it costs them nothing. But on the first day the book is wrong, \
because it began with a guess, and a captain who trusts the book on the first day will be surprised. And a captain \
who has only ever carried one basket at a time will have a book full of noise.

Saturday. No wind. Sea smooth. The glass is high. The light was lit at six. A large ship passed, far out, deep and \
level and slow. I thought about the boy and his baskets. There is another way, and I should have told him. Instead of \
keeping a book for the whole season, a man may level each load by itself, by looking only at what is in the boat at \
this moment. Then it does not matter how many boats sail together, or what was carried yesterday. It is more work for \
every load, and it forgets what the season has in common, but it is never wrong because of another boat.

Sunday. Wind from the east, light. Sea smooth. The glass is high. The light was lit at six and burned all night. The \
boy came with his father, who did not believe a word of it. The father said that his own father had sailed for forty \
years and had never measured anything. I asked him how his father had loaded the boat. By feel, he said. And how long \
had it taken him to learn the feel of it? Years, he said. And how many barrels had he lost in those years? The father \
did not answer, but he looked at the boy, and then he laughed, and they stayed for tea.

After tea we went down to the water and loaded the boat together. We put the barrels in the middle and close to the \
mast, and the boat stood as straight as a post. Then the father said that now she was too stiff, and that a boat \
needs a little roll to be easy on the people in her. He was right. So we let him move two barrels out, one on each \
side, as far as he liked, and when he was content we put one small stone on the left, because he said that with the \
wind of this coast a boat should lean a little to the left before she starts. First we had made her level, and then \
we gave her back a scale and a shift of his own choosing. It is not the same as loading badly. Nobody knew what the \
bad load would do. This we had chosen.

Monday. Wind from the west, steady. Sea slight. The glass stands at thirty and does not move. The light was lit at \
six. The boat came past the point in the afternoon with all her sail up, upright and quick. The boy had one hand on \
the tiller and with the other hand he waved. Behind him came three more boats, and they were loaded in the same way.

Tuesday. Wind from the west, rising. Sea moderate. The glass has dropped a little. The light was lit at six and \
burned all night. The harbour master sent a letter. He writes that the boats now come in sooner and that no one has \
lost a barrel, and he asks whether I will write down the rule. I have written it down for him. It is short.

Find the middle, and take it away. Find the spread, and divide by it. If the spread is nothing, because every barrel \
stands in one place, do not divide by nothing: add a grain of sand first. Then let the sailor choose the scale and \
the shift. When there are many boats, say which loads you measured together. When there is only one, do not pretend \
that there are many. Keep the book for the days when you cannot measure, and do not trust it before it is full.

Wednesday. Wind from the south west, strong. Sea rough. The glass is falling. The light was lit at five because the \
day was dark. No boats.

Thursday. Wind from the south west, strong. Sea very rough. The glass is lower than I have seen it this year. The \
light was lit at four. All night I listened to the wind and thought of the boats in the harbour, each one level, each \
one with her load close to the mast. Toward morning the wind went round to the west and began to fall.

Friday. Wind from the west, falling. Sea rough, then moderate. The glass is rising. The light was lit at six and \
burned all night. Nothing was lost.

Saturday. Wind from the north west, light. Sea slight. The glass stands at thirty. The light was lit at six. The boy \
came up the path and asked whether he might learn to keep the log. I gave him the pen. He wrote the wind, the sea, \
the glass and the light, in that order, and then he stopped and asked what else the day had brought. Nothing, I said. \
Then write that.
`;
