-- No table changes; what is written into some does. Documents of contacts and
-- messages leave out the ids that their columns have, events without a body are
-- their type alone, and a token is known by a digest of its text. What earlier
-- versions wrote is read as before; they would not understand what is written
-- from here on, and are told so by the number of this step.
update meta set v = v where k = 'schema';
