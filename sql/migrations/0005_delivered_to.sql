-- How far the wearer's data reached when a window was read: tells a day without data from a day whose
-- data had not arrived yet. Unknown (null) for windows read before this migration: their days are
-- read once more, unless they were long past when they were read.
ALTER TABLE oura.sync_windows ADD COLUMN delivered_to date;
COMMENT ON COLUMN oura.sync_windows.delivered_to IS 'Newest day of data the ring had delivered by this reading: of the type itself for a time series, of anything for the others. A day from here on is open and read again.';
