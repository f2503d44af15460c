defmodule Thumbnailer.Batch.JournalTest do
  use ExUnit.Case, async: true

  import Thumbnailer.Parts

  alias Thumbnailer.Batch.{Content, Journal, Lock, Made}

  defp made(options),
    do: %Made{
      content: %Content{size: 1, mtime: 2, read_at: 3, hash: <<4::128>>},
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
    assert Lock.take(out) == :ok
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
