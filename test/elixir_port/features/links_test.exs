defmodule Thumbnailer.Features.LinksTest do
  # What a process hears of an instance's end: async-backplane's matrix of {alone, monitored, linked} by {pid, name} by
  # {ok, error, killed}. test/port/pool/worker_pool_test.cpp has its counterpart for workers and the program.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.Error
  alias Thumbnailer.Instance.{Client, Questions}

  # How the server of an instance ends, and what is then heard.
  @ends %{
    ok: {&__MODULE__.stop_in_order/1, :shutdown},
    error: {&__MODULE__.fail/1, :oops},
    killed: {&__MODULE__.kill/1, :killed}
  }

  def stop_in_order(name), do: stop_supervised!(name)
  def fail(name), do: name |> Process.whereis() |> Process.exit(:oops)
  def kill(name), do: name |> Process.whereis() |> Process.exit(:kill)

  # Another process, so that a link can end it. It says what it heard, and its own end is noticed by the test.
  defp companion(relation, address) do
    test = self()

    {pid, monitor} =
      spawn_monitor(fn ->
        relate(relation, address)
        send(test, :related)

        receive do
          {:DOWN, _monitor, :process, _object, reason} -> send(test, {:heard, reason})
          :leave -> send(test, :unharmed)
        end
      end)

    assert_receive :related
    {pid, monitor}
  end

  defp relate(:alone, _address), do: :ok
  defp relate(:monitored, address), do: Process.monitor(address)
  defp relate(:linked, pid) when is_pid(pid), do: Process.link(pid)
  defp relate(:linked, name), do: name |> Process.whereis() |> Process.link()

  defp assert_heard(:alone, {pid, _monitor}, _reason) do
    send(pid, :leave)
    assert_receive :unharmed
  end

  defp assert_heard(:monitored, _companion, reason), do: assert_receive({:heard, ^reason}, 5_000)

  defp assert_heard(:linked, {pid, monitor}, reason),
    do: assert_receive({:DOWN, ^monitor, :process, ^pid, ^reason}, 5_000)

  for relation <- [:alone, :monitored, :linked],
      by <- [:pid, :name],
      how <- [:ok, :error, :killed] do
    @tag relation: relation, by: by, how: how
    test "#{relation} by #{by}, an instance that ends with #{how} is heard of as it should be", %{
      test: name,
      relation: relation,
      by: by,
      how: how
    } do
      {finish, reason} = @ends[how]
      start_fake(name, "never_answers", timeout: 60_000)
      os_pid(name)
      caller = Task.async(fn -> Thumbnailer.make({:bytes, "x"}, 1, on: name) end)
      ref = Thumbnailer.async({:bytes, "x"}, 1, on: name)
      eventually("they were not sent", fn -> elem(Questions.counts(name), 1).sent == 2 end)
      address = if by == :pid, do: Process.whereis(name), else: name
      companion = companion(relation, address)

      finish.(name)

      assert_heard(relation, companion, reason)
      # Whoever has asked hears of it in an answer, and lives.
      assert {:error, %Error{reason: :unavailable}} = Task.await(caller)
      assert_receive {^ref, {:error, %Error{reason: :unavailable}}}
    end
  end

  # The other direction: what an instance does when the process that asked it ends.
  for how <- [:ok, :error, :killed] do
    @tag how: how
    test "a caller that ends with #{how} frees its place, and the instance goes on", %{
      test: name,
      how: how
    } do
      start_fake(name, "never_answers", timeout: 60_000)
      os_pid = os_pid(name)
      for _ <- 1..2, do: Thumbnailer.async({:bytes, "x"}, 1, on: name)
      eventually("they were not sent", fn -> elem(Questions.counts(name), 1).sent == 2 end)
      server = Process.whereis(name)

      # It asks and does not wait, so that it can end in its own way.
      {caller, monitor} =
        spawn_monitor(fn ->
          request = elem(Thumbnailer.Request.make!({:bytes, "x"}, [1], []), 0)
          Client.send_request(server, request)

          receive do
            :ok -> :ok
            :error -> exit(:oops)
          end
        end)

      eventually("it does not wait", fn -> elem(Questions.counts(name), 1).waiting == 1 end)
      if how == :killed, do: Process.exit(caller, :kill), else: send(caller, how)
      assert_receive {:DOWN, ^monitor, :process, ^caller, _reason}
      eventually("it waits still", fn -> elem(Questions.counts(name), 1).waiting == 0 end)
      assert {Process.whereis(name), os_pid(name)} == {server, os_pid}
    end
  end
end
