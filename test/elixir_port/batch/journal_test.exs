defmodule Thumbnailer.Batch.JournalTest do
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.Batch.Journal
  alias Thumbnailer.Batch.Journal.{Fingerprint, Lock, Record}

  defp made(options),
    do: %Record{
      content: %Fingerprint{size: 1, mtime: 2, read_at: 3, hash: <<4::128>>},
      options: options,
      outputs: %{"a.jpg" => %{bytes: 5}}
    }

  defp with_journal(out, act) do
    {:ok, pid, journal} = Journal.open(out)
    result = act.(pid, journal)
    Journal.close(pid)
    result
  end

  defp write(out, entries) do
    with_journal(out, fn pid, _journal ->
      for {path, options} <- entries, do: Journal.write(pid, path, made(options))
    end)
  end

  defp fetch(out, path),
    do: with_journal(out, fn _pid, journal -> Journal.fetch(journal, path) end)

  test "knows what earlier runs wrote, the last word first" do
    out = folder()
    write(out, [{"/a.jpg", "one"}, {"/b.jpg", "one"}])
    write(out, [{"/a.jpg", "two"}])
    assert fetch(out, "/a.jpg") == made("two")
    assert fetch(out, "/b.jpg") == made("one")
    assert fetch(out, "/c.jpg") == nil
  end

  test "keeps the key of its hashes" do
    out = folder()
    key = with_journal(out, fn _pid, journal -> journal.key end)
    assert byte_size(key) == 32
    assert with_journal(out, fn _pid, journal -> journal.key end) == key
  end

  test "a tail that was torn off costs the entry that it cut, and no other" do
    out = folder()
    write(out, for(n <- 1..100, do: {"/#{n}.jpg", "one"}))
    path = Path.join(out, ".thumbnailer/journal")
    whole = File.read!(path)
    # As a power failure leaves it: not closed, and its last block not written.
    File.write!(path, mark_open(binary_part(whole, 0, byte_size(whole) - 7)))
    assert fetch(out, "/99.jpg") == made("one")
    assert fetch(out, "/100.jpg") == nil
    write(out, [{"/100.jpg", "two"}])
    assert fetch(out, "/100.jpg") == made("two")
    assert fetch(out, "/1.jpg") == made("one")
  end

  # disk_log's header: four bytes of magic, then whether it was closed well. See disk_log_1.erl.
  defp mark_open(<<magic::binary-4, _closed::binary-4, rest::binary>>),
    do: magic <> <<6, 7, 8, 9>> <> rest

  # All 400 images in each turn.
  defp turns(count), do: for(turn <- 1..count, n <- 1..400, do: {"/#{n}.jpg", "turn #{turn}"})
  defp size(out), do: File.stat!(Path.join(out, ".thumbnailer/journal")).size

  test "a log that is mostly superseded is written anew when it is opened, and says the same" do
    out = folder()
    write(out, turns(4))
    large = size(out)
    key = with_journal(out, fn _pid, journal -> journal.key end)
    small = size(out)
    assert_in_delta large / small, 4, 0.1
    assert fetch(out, "/1.jpg") == made("turn 4")
    assert fetch(out, "/400.jpg") == made("turn 4")
    assert with_journal(out, fn _pid, journal -> journal.key end) == key
    # Of the four turns one is left, and what is left is left alone.
    assert size(out) == small
    write(out, [{"/1.jpg", "turn 5"}])
    assert size(out) > small
    assert fetch(out, "/1.jpg") == made("turn 5")
    assert fetch(out, "/2.jpg") == made("turn 4")
  end

  test "a rewriting that was cut off leaves the old log, and is begun anew" do
    out = folder()
    write(out, turns(3))
    new = Path.join(out, ".thumbnailer/journal.new")
    File.write!(new, "a part of a log")
    assert fetch(out, "/7.jpg") == made("turn 3")
    refute File.exists?(new)
  end

  test "where a log cannot be written anew, the old one serves" do
    out = folder()
    write(out, turns(3))
    before = size(out)
    # A folder of that name cannot be opened as a log.
    File.mkdir_p!(Path.join(out, ".thumbnailer/journal.new/inside"))
    assert fetch(out, "/7.jpg") == made("turn 3")
    assert size(out) == before
  end

  test "two batches do not write into one folder at a time" do
    out = folder()

    with_journal(out, fn _pid, _journal ->
      assert {:error, why} = Journal.open(out)
      assert why =~ "another batch (os pid and host: #{System.pid()}"
    end)

    assert fetch(out, "/a.jpg") == nil
  end

  test "the lock of a batch that was killed is taken over" do
    out = folder()
    {:ok, host} = :inet.gethostname()
    # No process has a pid over the limit of Linux, 2^22.
    File.write!(Path.join(out, "lock"), "4194305 #{host}")
    assert Lock.take(out) == :taken_over
    assert {:error, _why} = Lock.take(out)
  end

  test "a journal of another version is refused, not overwritten" do
    out = folder()
    File.mkdir_p!(Journal.folder(out))
    File.write!(Path.join(out, ".thumbnailer/journal"), "something else")
    assert {:error, why} = Journal.open(out)
    assert why =~ "delete it to make all thumbnails again"
    assert File.read!(Path.join(out, ".thumbnailer/journal")) == "something else"
    refute File.exists?(Path.join(out, ".thumbnailer/lock"))
  end
end
