defmodule Thumbnailer.Batch.JournalTest do
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.Batch.Journal
  alias Thumbnailer.Batch.Journal.{Fingerprint, Record}

  defp made(options),
    do: %Record{
      content: %Fingerprint{size: 1, mtime: 2, read_at: 3, mac: <<4::384>>},
      options: options,
      outputs: %{"a.jpg" => %{size: "200x", format: :jpeg, width: 1, height: 2, bytes: 5}}
    }

  defp made_folder(out) do
    File.mkdir_p!(Journal.Folder.path(out))
    out
  end

  defp with_journal(out, act) do
    {:ok, pid, journal} = Journal.open(made_folder(out), :write, out)
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
    do: with_journal(out, fn _pid, journal -> journal |> Journal.records([path]) |> hd() end)

  defp paths, do: for(n <- 1..40, do: "/#{n}.jpg")

  test "knows what earlier runs wrote, the last word first" do
    out = folder()
    write(out, [{"/a.jpg", "one"}, {"/b.jpg", "one"}])
    write(out, [{"/a.jpg", "two"}])
    assert fetch(out, "/a.jpg") == made("two")
    assert fetch(out, "/b.jpg") == made("one")
    assert fetch(out, "/c.jpg") == nil
  end

  test "knows which outputs were made, begun or given up" do
    out = folder()

    with_journal(out, fn pid, _journal ->
      :ok = Journal.intend(pid, ["a.jpg", "b.jpg", "c.jpg"], 1000)
      Journal.write(pid, "/a.jpg", made("one"), ["c.jpg"])
    end)

    with_journal(out, fn _pid, journal ->
      assert Journal.outputs(journal, ~w(a.jpg b.jpg c.jpg d.jpg)) == [
               {:made, 5},
               :begun,
               nil,
               nil
             ]
    end)
  end

  test "wherever it was cut, what stood whole before the cut is known, and it can be written" do
    out = folder()
    write(out, for(n <- 1..40, do: {"/#{n}.jpg", "one"}))
    path = Path.join(out, ".thumbnailer/journal")
    whole = File.read!(path)

    for size <- Enum.take_every(0..byte_size(whole), 37) ++ [byte_size(whole) - 10] do
      File.write!(path, binary_part(whole, 0, size))

      known =
        with_journal(out, fn pid, journal ->
          Journal.write(pid, "/new.jpg", made("two"))
          Enum.count(Journal.records(journal, paths()), &(&1 == made("one")))
        end)

      assert_in_delta known, 40 * size / byte_size(whole), 1.5
      assert fetch(out, "/new.jpg") == made("two")
    end
  end

  test "a damaged place costs the entry that it lies in, and no other" do
    out = folder()
    write(out, for(n <- 1..40, do: {"/#{n}.jpg", "one"}))
    path = Path.join(out, ".thumbnailer/journal")
    whole = File.read!(path)

    for at <- Enum.take_every(30..(byte_size(whole) - 1), 101) do
      <<before::binary-size(at), byte, rest::binary>> = whole
      File.write!(path, [before, Bitwise.bxor(byte, 0x55), rest])

      known =
        with_journal(out, fn _pid, journal ->
          Enum.count(Journal.records(journal, paths()), &(&1 != nil))
        end)

      assert known in 38..40, "byte #{at}: #{known}"
    end
  end

  test "a folder may have any name that Linux allows" do
    out = folder() <> <<"/", 0xFF, "ü\n">>
    write(out, [{<<"/", 0xE9, ".jpg">>, "one"}])
    assert fetch(out, <<"/", 0xE9, ".jpg">>) == made("one")
  end

  test "entries are in the file at once, for whoever is killed" do
    out = folder()

    with_journal(out, fn pid, _journal ->
      :ok = Journal.write(pid, "/a.jpg", made("one"))
      _state = :sys.get_state(pid)
      assert File.read!(Path.join(out, ".thumbnailer/journal")) =~ "/a.jpg"
    end)
  end

  # All 400 images in each turn.
  defp turns(count),
    do: for(turn <- 1..(2 * count), n <- 1..400, do: {"/#{n}.jpg", "turn #{turn}"})

  defp size(out), do: File.stat!(Path.join(out, ".thumbnailer/journal")).size

  test "a log that is mostly superseded is written anew when it is opened, and says the same" do
    out = folder()
    write(out, turns(4))
    large = size(out)
    assert fetch(out, "/1.jpg") == made("turn 8")
    small = size(out)
    assert_in_delta large / small, 8, 0.2
    assert fetch(out, "/1.jpg") == made("turn 8")
    assert fetch(out, "/400.jpg") == made("turn 8")
    # Of the eight turns one is left, and what is left is left alone.
    assert size(out) == small
    write(out, [{"/1.jpg", "turn 9"}])
    assert size(out) > small
    assert fetch(out, "/1.jpg") == made("turn 9")
    assert fetch(out, "/2.jpg") == made("turn 8")
  end

  test "a rewriting that was cut off leaves the old log, and is begun anew" do
    out = folder()
    write(out, turns(3))
    new = Path.join(out, ".thumbnailer/journal.new")
    File.write!(new, "a part of a log")
    assert fetch(out, "/7.jpg") == made("turn 6")
    refute File.exists?(new)
  end

  test "where a log cannot be written anew, the old one serves" do
    out = folder()
    write(out, turns(3))
    before = size(out)
    # A folder of that name cannot be opened as a log.
    File.mkdir_p!(Path.join(out, ".thumbnailer/journal.new/inside"))
    assert fetch(out, "/7.jpg") == made("turn 6")
    assert size(out) == before
  end

  test "two batches do not write into one folder at a time" do
    out = folder()

    with_journal(out, fn _pid, _journal ->
      assert {:error, %{reason: :unavailable, message: why}} = Journal.open(out, :write, out)
      assert why =~ "another batch writes into this folder: os pid #{System.pid()} of this host"
    end)

    assert fetch(out, "/a.jpg") == nil
  end

  test "a journal of another version is refused, not overwritten" do
    out = folder()
    File.mkdir_p!(Journal.Folder.path(out))
    File.write!(Path.join(out, ".thumbnailer/journal"), "something else")
    assert {:error, %{message: why}} = Journal.open(out, :write, out)
    assert why =~ "is none of this version; move it away, and give --overwrite any"
    assert File.read!(Path.join(out, ".thumbnailer/journal")) == "something else"
    refute File.exists?(Path.join(out, ".thumbnailer/lock"))
  end
end
