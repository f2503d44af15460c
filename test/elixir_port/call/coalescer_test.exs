defmodule Thumbnailer.Call.CoalescerTest do
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.{Error, Thumbnail}
  alias Thumbnailer.Call.Coalescer

  @image {:bytes, "image"}

  # Answers what it holds as soon as any request is cancelled.
  defp start_holding(name, opts \\ []), do: start_fake(name, "holds_until_cancel", opts)

  defp ask(name, opts \\ [], source \\ @image),
    do: Thumbnailer.async(source, 100, [on: name, coalesce: true] ++ opts)

  defp release(name), do: Thumbnailer.cancel(Thumbnailer.async(@image, 7, on: name))

  defp shared(name) do
    for {key, request} <- :sys.get_state(Coalescer).open,
        inspect(key) =~ inspect(name),
        do: request
  end

  defp wait_for_waiters(name, waiters) do
    eventually(30_000, "other callers wait than #{inspect(waiters)}", fn ->
      Enum.sort(Enum.map(shared(name), &map_size(&1.waiters))) == waiters
    end)
  end

  defp wait_for_busy(name, busy) do
    eventually(30_000, "the program does not hold #{busy}", fn ->
      match?({:ok, %{program: %{busy: ^busy}}}, Thumbnailer.stats(name))
    end)
  end

  test "identical requests under way are made once, and all callers get the answer", %{test: name} do
    start_holding(name)
    refs = for _ <- 1..10, do: ask(name)
    wait_for_waiters(name, [10])
    wait_for_busy(name, 1)
    release(name)
    answers = for ref <- refs, do: assert_receive({^ref, {:ok, %Thumbnail{}}}, 5_000)
    assert answers |> Enum.map(&elem(elem(&1, 1), 1).data) |> Enum.uniq() |> length() == 1
    wait_for_waiters(name, [])
  end

  test "another source, another size and another option are other requests", %{test: name} do
    start_holding(name)
    ask(name)
    ask(name, [], {:bytes, "other"})
    ask(name, quality: 50)
    Thumbnailer.async(@image, 101, on: name, coalesce: true)
    wait_for_waiters(name, [1, 1, 1, 1])
  end

  test "without the option each request is made", %{test: name} do
    start_holding(name)
    for _ <- 1..2, do: Thumbnailer.async(@image, 100, on: name)
    wait_for_busy(name, 2)
    assert shared(name) == []
  end

  test "a file that has changed meanwhile is another source", %{test: name} do
    path = Path.join(folder(), "image.jpg")
    start_holding(name)
    File.write!(path, "one")
    ask(name, [], path)
    wait_for_waiters(name, [1])
    File.write!(path, "another")
    ask(name, [], path)
    wait_for_waiters(name, [1, 1])
  end

  test "a caller that is gone leaves the others their answer", %{test: name} do
    start_holding(name)
    caller = spawn(fn -> Thumbnailer.make(@image, 100, on: name, coalesce: true) end)
    wait_for_waiters(name, [1])
    ref = ask(name)
    wait_for_waiters(name, [2])
    Process.exit(caller, :kill)
    wait_for_waiters(name, [1])
    wait_for_busy(name, 1)
    release(name)
    assert_receive {^ref, {:ok, %Thumbnail{}}}, 5_000
  end

  test "when the last caller is gone the request is cancelled", %{test: name} do
    start_holding(name)
    ref = ask(name)
    wait_for_busy(name, 1)
    Thumbnailer.cancel(ref)
    assert_receive {^ref, {:error, %Error{reason: :cancelled}}}, 5_000
    wait_for_busy(name, 0)
    assert shared(name) == []
  end

  test "each caller has its own deadline", %{test: name} do
    start_holding(name)
    slow = ask(name, timeout: 60_000)
    # Asked first, the one with the earlier deadline would not be joined.
    wait_for_waiters(name, [1])
    fast = ask(name, timeout: 50)
    wait_for_busy(name, 1)
    assert_receive {^fast, {:error, %Error{reason: :timeout}}}, 5_000
    wait_for_waiters(name, [1])
    release(name)
    assert_receive {^slow, {:ok, %Thumbnail{}}}, 5_000
  end

  test "a caller with a later deadline than the shared request starts another one", %{test: name} do
    start_holding(name)
    ask(name, timeout: 20_000)
    wait_for_waiters(name, [1])
    ask(name, timeout: 60_000)
    wait_for_waiters(name, [1, 1])
  end

  test "an error is everybody's, and a missing instance is one", %{test: name} do
    start_fake(name, "exits_on_request")
    for ref <- [ask(name), ask(name)], do: assert_receive({^ref, {:error, %Error{}}}, 5_000)

    assert {:error, %Error{reason: :unavailable}} =
             Thumbnailer.make(@image, 100, on: NoSuchInstance, coalesce: true)
  end

  test "make, make_many, probe and stream coalesce, with the real program", %{test: name} do
    start_instance(name)
    path = sample("photo.jpg")
    opts = [on: name, coalesce: true]
    assert {:ok, plain} = Thumbnailer.make(path, 100, on: name)
    assert Thumbnailer.make(path, 100, opts) == {:ok, plain}
    assert {:ok, [{:ok, ^plain}]} = Thumbnailer.make_many(path, [100], opts)
    assert {:ok, %{format: :jpeg}} = Thumbnailer.probe(path, opts)
    results = [path, path] |> Thumbnailer.stream(100, opts) |> Enum.to_list()
    assert results == [{path, {:ok, plain}}, {path, {:ok, plain}}]
  end

  test "a stream is refused, for nobody can tell whether two are the same", %{test: name} do
    assert_raise ArgumentError, ~r/coalesce: true needs a path or {:bytes, iodata}/, fn ->
      Thumbnailer.make(["a", "b"], 100, on: name, coalesce: true)
    end
  end
end
