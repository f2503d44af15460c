defmodule Thumbnailer.Features.PressureTest do
  # More callers and more bytes than anybody can serve: what the BEAM must bear then.
  use ExUnit.Case, async: false

  import Thumbnailer.Fixtures

  alias Thumbnailer.{Error, Thumbnail}

  @mb 1_048_576

  # The most memory of the BEAM in use above that of the start, while `work` runs; looked at every millisecond.
  defp growth(work) do
    :erlang.garbage_collect()
    before = :erlang.memory(:total)
    watcher = Task.async(fn -> watch(before) end)
    result = work.()
    send(watcher.pid, :done)
    {Task.await(watcher) - before, result}
  end

  defp watch(most) do
    receive do
      :done -> most
    after
      1 -> watch(max(most, :erlang.memory(:total)))
    end
  end

  test "a caller with many requests delays another by one of them", %{test: name} do
    start_fake_up(name, "answers_late")
    for _ <- 1..20, do: Thumbnailer.async({:bytes, "one of many"}, 100, on: name)
    # The program takes two for each of its two workers.
    eventually("they do not wait", fn -> counts(name).waiting == 16 end)

    counts =
      in_another_process(fn ->
        {:ok, %Thumbnail{}} = Thumbnailer.make({:bytes, "the only one"}, 100, on: name)
        counts(name)
      end)

    assert counts.waiting >= 8
  end

  defp counts(name), do: elem(Thumbnailer.Instance.Questions.counts(name), 1)

  # Not by a task, which would ask on behalf of this one.
  defp in_another_process(work) do
    test = self()
    spawn_link(fn -> send(test, {:done, work.()}) end)
    assert_receive {:done, result}
    result
  end

  @tag timeout: 120_000
  test "10,000 callers of 5 MB each are answered or refused, and their bytes are not copied", %{
    test: name
  } do
    start_fake(name, "never_reads",
      max_queue: 1_000,
      max_queue_bytes: 50_000 * @mb,
      timeout: 120_000
    )

    os_pid(name)
    bytes = :binary.copy("x", 5 * @mb)

    {growth, results} =
      growth(fn ->
        callers =
          for _ <- 1..10_000 do
            Task.async(fn -> Thumbnailer.make({:bytes, bytes}, 1, on: name) end)
          end

        eventually(60_000, "they were not refused", fn ->
          counts(name).failed[:overloaded] == 8_996
        end)

        stop_supervised!(name)
        Task.await_many(callers, 60_000)
      end)

    # The program takes two for each of its workers and reads none of them; what waits is bounded.
    assert %{overloaded: 8_996, unavailable: 1_004} ==
             Enum.frequencies_by(results, fn {:error, %Error{reason: reason}} -> reason end)

    # Processes and messages, but not 10,000 times 5 MB.
    assert growth < 200 * @mb
  end

  test "a queue of few large requests is full as well, and says by which limit", %{test: name} do
    start_fake(name, "never_reads", max_queue_bytes: 20 * @mb, timeout: 60_000)
    os_pid(name)
    bytes = :binary.copy("x", 5 * @mb)
    for _ <- 1..10, do: Thumbnailer.async({:bytes, bytes}, 1, on: name)

    assert_receive {_ref, {:error, %Error{reason: :overloaded} = error}}, 5_000
    assert error.details == %{limit: 20 * @mb}
    assert error.message =~ "(option :max_queue_bytes)"
    {:ok, counts} = Thumbnailer.Instance.Questions.counts(name)
    assert counts.waiting in 3..4
  end

  test "when the queue is full, refusal takes no time and touches no other", %{test: name} do
    start_fake(name, "never_reads", max_queue: 1, timeout: 60_000)
    os_pid(name)
    bytes = :binary.copy("x", 5 * @mb)
    for _ <- 1..5, do: Thumbnailer.async({:bytes, bytes}, 1, on: name)

    eventually("the queue is not full", fn ->
      elem(Thumbnailer.Instance.Questions.counts(name), 1).waiting == 1
    end)

    server = Process.whereis(name)

    {growth, results} =
      growth(fn -> for _ <- 1..10_000, do: Thumbnailer.make({:bytes, bytes}, 1, on: name) end)

    assert Enum.all?(results, &match?({:error, %Error{reason: :overloaded}}, &1))
    assert growth < 64 * @mb
    assert {:message_queue_len, 0} = Process.info(server, :message_queue_len)
  end

  test "paths cost nothing, however many ask", %{test: name} do
    start_fake(name, "echo", max_queue: 20_000)
    os_pid(name)

    {growth, results} =
      growth(fn -> all_at_once(1..10_000, &Thumbnailer.make("/#{&1}.jpg", 1, on: name)) end)

    assert Enum.all?(results, &match?({:ok, %Thumbnail{}}, &1))
    assert growth < 200 * @mb
  end

  test "a gigabyte of junk is not read to its end", %{test: name} do
    start_fake(name, "floods")
    os_pid = os_pid(name)

    {growth, result} = growth(fn -> Thumbnailer.make({:bytes, "x"}, 1, on: name) end)

    assert {:error, %Error{reason: :bad_reply, message: message}} = result
    assert message =~ "it announced a frame of 2021161080 bytes"
    assert_os_pid_exited(os_pid)
    assert growth < 256 * @mb
  end

  test "a frame of 4 GiB that is only announced costs no memory and no time", %{test: name} do
    start_fake(name, "says_huge_length", timeout: 60_000)
    os_pid(name)
    {growth, result} = growth(fn -> Thumbnailer.make({:bytes, "x"}, 1, on: name) end)
    assert {:error, %Error{reason: :bad_reply}} = result
    assert growth < 16 * @mb
  end

  test "an answer that never comes to its end ends with the deadline", %{test: name} do
    start_fake(name, "trickles")
    os_pid = os_pid(name)

    assert {:error, %Error{reason: :timeout}} =
             Thumbnailer.make({:bytes, "x"}, 1, on: name, timeout: 100)

    assert_os_pid_exited(os_pid)
  end

  @tag :real
  test "a small thumbnail does not keep the large chunk of memory alive that it came in", %{
    test: name
  } do
    start_instance(name)

    results =
      all_at_once(1..50, fn _ -> Thumbnailer.make!(sample("photo.jpg"), 20, on: name).data end)

    for data <- results, do: assert(:binary.referenced_byte_size(data) <= 2 * byte_size(data))
  end
end
