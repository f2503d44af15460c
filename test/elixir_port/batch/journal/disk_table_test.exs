defmodule Thumbnailer.Batch.Journal.DiskTableTest do
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.Batch.Journal.DiskTable

  setup do
    folder = folder()
    {:ok, table} = DiskTable.start_link(Path.join(folder, "table"))
    {:ok, table: table, folder: folder}
  end

  defp key(n), do: :erlang.md5("#{n}")

  test "what was put in is found, and nothing else", %{table: table} do
    :ok = DiskTable.put(table, for(n <- 1..1_000, do: {key(n), "value #{n}"}))
    for n <- 1..1_000, do: assert(DiskTable.fetch(table, [key(n)]) == ["value #{n}"])
    for n <- 1_001..2_000, do: assert(DiskTable.fetch(table, [key(n)]) == [nil])
    assert DiskTable.count(table) == 1_000
  end

  test "a later value replaces an earlier one, a new one does not", %{table: table} do
    :ok = DiskTable.put(table, [{key(1), "one"}, {key(1), ["t", "wo"]}])
    assert DiskTable.fetch(table, [key(1)]) == ["two"]
    assert DiskTable.put_new(table, [{key(1), "three"}]) == [{:taken, "two"}]
    assert DiskTable.put_new(table, [{key(2), "four"}]) == [:ok]
    assert DiskTable.fetch(table, [key(2)]) == ["four"]
    assert DiskTable.count(table) == 2
  end

  test "values may be empty or larger than what is read at a time", %{table: table} do
    large = :crypto.strong_rand_bytes(1_000_000)
    :ok = DiskTable.put(table, [{key(1), ""}, {key(2), large}, {key(3), "next"}])
    assert DiskTable.fetch(table, Enum.map(1..3, &key/1)) == ["", large, "next"]
  end

  # The place is in the first 40 bits, the mark by which neighbours are told apart in the next 19.
  test "keys that meet in a place, and even in their mark, are told apart", %{table: table} do
    keys = for n <- 1..60, do: <<7::59, n::69>>
    for key <- keys, do: assert(DiskTable.put_new(table, [{key, key}]) == [:ok])
    for key <- keys, do: assert(DiskTable.fetch(table, [key]) == [key])
    assert DiskTable.fetch(table, [<<7::59, 61::69>>]) == [nil]
  end

  test "it grows beyond its first slots and finds everything still", %{table: table} do
    count = 60_000

    for chunk <- Enum.chunk_every(1..count, 1_000),
        do: :ok = DiskTable.put(table, for(n <- chunk, do: {key(n), <<n::32>>}))

    assert DiskTable.count(table) == count

    for n <- Enum.take_every(1..count, 500),
        do: assert(DiskTable.fetch(table, [key(n)]) == [<<n::32>>])

    assert DiskTable.put_new(table, [{key(1), "again"}]) == [{:taken, <<1::32>>}]
  end

  # Few keys that often meet in a place and in their mark, values up to some blocks, and any order of calls.
  # Many calls, on a machine that may be busy.
  @tag timeout: 300_000
  test "whatever is done to it, it says what a map says", %{folder: folder} do
    for seed <- 1..10 do
      :rand.seed(:exsss, {seed, 2, 3})
      {:ok, table} = DiskTable.start_link(Path.join(folder, "random"))

      Enum.reduce(1..200, %{}, fn _step, model ->
        entries = for _ <- 1..:rand.uniform(4), do: {random_key(), random_value()}
        {check, model} = step(:rand.uniform(3), table, entries, model)
        assert check, "seed #{seed}"
        assert DiskTable.count(table) == map_size(model)
        model
      end)
      |> Enum.each(fn {key, value} -> assert DiskTable.fetch(table, [key]) == [value] end)

      DiskTable.stop(table)
    end
  end

  defp step(1, table, entries, model),
    do: {DiskTable.put(table, entries) == :ok, Map.merge(model, Map.new(entries))}

  defp step(2, table, entries, model) do
    {expected, after_all} =
      Enum.map_reduce(entries, model, fn {key, value}, model ->
        case model do
          %{^key => there} -> {{:taken, there}, model}
          _free -> {:ok, Map.put(model, key, value)}
        end
      end)

    {DiskTable.put_new(table, entries) == expected, after_all}
  end

  defp step(3, table, [{key, _value} | _], model),
    do: {DiskTable.fetch(table, [key]) == [model[key]], model}

  defp random_key, do: <<:rand.uniform(3)::40, :rand.uniform(2)::19, :rand.uniform(40)::69>>

  defp random_value,
    do: :binary.copy(<<:rand.uniform(255)>>, Enum.random([0, 1, 20, 20, 300, 20_000]))

  test "its file has no name, and a leftover of that name is in nobody's way", %{folder: folder} do
    assert File.ls!(folder) == []
    File.write!(Path.join(folder, "table"), "left over")
    assert {:ok, other} = DiskTable.start_link(Path.join(folder, "table"))
    assert DiskTable.fetch(other, [key(1)]) == [nil]
    assert File.ls!(folder) == []
  end

  test "a folder that cannot be written is told", %{folder: folder} do
    Process.flag(:trap_exit, true)
    assert {:error, :enoent} = DiskTable.start_link(Path.join(folder, "missing/table"))
  end
end
