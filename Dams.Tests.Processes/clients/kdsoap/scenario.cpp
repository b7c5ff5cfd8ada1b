// The original test scenario with KDSoap, and the classes that kdwsdl2cpp makes of the WSDL.
// Usage: scenario http://host:port/AppointmentService [1.1|1.2]
#include "dams.h"
#include <KDSoapClient/KDSoapMessage.h>
#include <QCoreApplication>
#include <QEventLoop>
#include <QStringList>
#include <QTextStream>
#include <QUuid>
#include <cstdlib>

namespace Soap11 = AppointmentService::AppointmentSoap11Jobs;
namespace Soap12 = AppointmentService::AppointmentSoap12Jobs;

static const QString admin = "MTLA1234", patient = "MTLP1234", evening = "MTLE210422", morning = "MTLM210422";
static const auto physician = TNS__AppointmentType::Physician, dental = TNS__AppointmentType::Dental;

static void print(const QStringList& words)
{
    QTextStream(stdout) << words.join(' ') << "\n";
}

// The wrapper of an enumeration has no name for its value, but it writes the name into messages.
template <typename Enumeration> static QString nameOf(const Enumeration& value)
{
    return value.serialize("name").value().toString();
}

// A blocking call gives no access to the detail of a fault, but a job does. The result of a job that failed has default values.
template <typename Job> static void start(Job& job)
{
    QEventLoop loop;
    job.setAutoDelete(false);
    QObject::connect(&job, &KDSoapJob::finished, &loop, &QEventLoop::quit);
    job.start();
    loop.exec();
}

template <typename Job, typename Service, typename Parameters> static auto call(Service& service, const Parameters& parameters)
{
    Job job(&service);
    job.setParameters(parameters);
    start(job);
    if (job.isFault()) {
        QTextStream(stderr) << job.faultAsString() << "\n";
        std::exit(1);
    }
    return job.resultParameters().result();
}

static TNS__AddAppointment addition(
    const QString& caller, const QString& id, TNS__AppointmentType type, int capacity, const QString& requestId = QString())
{
    TNS__AddAppointment parameters;
    parameters.setCallerId(caller);
    parameters.setAppointmentId(id);
    parameters.setAppointmentType(type);
    parameters.setCapacity(capacity);
    if (!requestId.isEmpty())
        parameters.setRequestId(requestId);
    return parameters;
}

static TNS__RemoveAppointment removal(TNS__AppointmentType type)
{
    TNS__RemoveAppointment parameters;
    parameters.setCallerId(admin);
    parameters.setAppointmentId(evening);
    parameters.setAppointmentType(type);
    return parameters;
}

static TNS__ListAppointmentAvailability listing(TNS__AppointmentType type)
{
    TNS__ListAppointmentAvailability parameters;
    parameters.setCallerId(admin);
    parameters.setAppointmentType(type);
    return parameters;
}

static TNS__BookAppointment booking()
{
    TNS__BookAppointment parameters;
    parameters.setCallerId(admin);
    parameters.setPatientId(patient);
    parameters.setAppointmentId(evening);
    parameters.setAppointmentType(physician);
    return parameters;
}

static TNS__GetAppointmentSchedule scheduling()
{
    TNS__GetAppointmentSchedule parameters;
    parameters.setCallerId(admin);
    parameters.setPatientId(patient);
    return parameters;
}

static TNS__CancelAppointment cancellation()
{
    TNS__CancelAppointment parameters;
    parameters.setCallerId(admin);
    parameters.setPatientId(patient);
    parameters.setAppointmentId(morning);
    return parameters;
}

static TNS__SwapAppointment swapping()
{
    TNS__SwapAppointment parameters;
    parameters.setCallerId(admin);
    parameters.setPatientId(patient);
    parameters.setOldAppointmentId(evening);
    parameters.setOldAppointmentType(physician);
    parameters.setNewAppointmentId(morning);
    parameters.setNewAppointmentType(physician);
    return parameters;
}

// kdwsdl2cpp makes no class for the detail of a fault.
template <typename Job, typename Service> static void printFault(Service& service, const QString& caller, int capacity)
{
    Job job(&service);
    job.setParameters(addition(caller, evening, dental, capacity));
    start(job);
    if (!job.isFault())
        return;
    const auto parts = job.reply().childValues();
    const auto detail = (parts.child("detail").isNull() ? parts.child("Detail") : parts.child("detail"))
        .childValues().child("DamsFault").childValues();
    QStringList words = {"Fault", detail.child("code").value().toString()};
    if (!detail.child("field").isNull())
        words << detail.child("field").value().toString();
    print(words << detail.child("execution").value().toString());
}

// The two ports have classes of their own, with equal members.
#define RUN(NAME, SERVICE, JOBS) \
    static void NAME(const QString& endpoint) \
    { \
        run<SERVICE, JOBS::AddAppointmentJob, JOBS::RemoveAppointmentJob, JOBS::ListAppointmentAvailabilityJob, \
            JOBS::BookAppointmentJob, JOBS::GetAppointmentScheduleJob, JOBS::CancelAppointmentJob, JOBS::SwapAppointmentJob>(endpoint); \
    }

template <
    typename Service, typename Add, typename Remove, typename List, typename Book, typename Schedule, typename Cancel, typename Swap>
static void run(const QString& endpoint)
{
    Service service;
    service.setEndPoint(endpoint);
    print({"T1", nameOf(call<Add>(service, addition(admin, evening, physician, 2)).outcome())});
    print({"T2", nameOf(call<Add>(service, addition(admin, evening, physician, 2)).outcome())});
    print({"T3", nameOf(call<Remove>(service, removal(physician)).outcome())});
    print({"T4", nameOf(call<Remove>(service, removal(dental)).outcome())});
    const auto listed = call<List>(service, listing(dental));
    print({"T5", nameOf(listed.outcome()), QString::number(listed.slots_().slot().size())});
    call<Add>(service, addition(admin, evening, physician, 2));
    call<Add>(service, addition(admin, morning, physician, 2));
    print({"T6", nameOf(call<Book>(service, booking()).outcome())});
    print({"T7", nameOf(call<Book>(service, booking()).outcome())});
    const auto schedule = call<Schedule>(service, scheduling());
    QStringList ids;
    for (const auto& booked : schedule.bookings().booking())
        ids << booked.appointmentId();
    print({"T8", nameOf(schedule.outcome()), ids.join(',')});
    print({"T9", nameOf(call<Swap>(service, swapping()).outcome())});
    const auto cancelled = call<Cancel>(service, cancellation());
    print({"T10", nameOf(cancelled.outcome()), nameOf(cancelled.appointmentType())});
    print({"T11", nameOf(call<Cancel>(service, cancellation()).outcome())});

    const auto empty = call<Schedule>(service, scheduling());
    print({"Empty", nameOf(empty.outcome()), QString::number(empty.bookings().booking().size())});
    const QString requestId = QUuid::createUuid().toString(QUuid::WithoutBraces);
    const auto first = call<Add>(service, addition(admin, evening, dental, 5, requestId));
    const auto again = call<Add>(service, addition(admin, evening, dental, 5, requestId));
    const auto another = call<Add>(service, addition(admin, evening, dental, 5, requestId + "-2"));
    print({"Repeat", nameOf(first.outcome()), nameOf(again.outcome()), again.sequence() == first.sequence() ? "same" : "different"});
    print({"Another", nameOf(another.outcome()), another.sequence() > first.sequence() ? "later" : "not later"});
    const auto slots_ = call<List>(service, listing(dental)).slots_().slot();
    const auto& slot = slots_.first();
    print({"One", QString::number(slots_.size()), slot.appointmentId(), nameOf(slot.appointmentType()),
        QString::number(slot.capacity()), QString::number(slot.remaining())});
    printFault<Add>(service, patient, 5);
    printFault<Add>(service, admin, 0);
}

RUN(runSoap11, AppointmentService::AppointmentSoap11, Soap11)
RUN(runSoap12, AppointmentService::AppointmentSoap12, Soap12)

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    if (argc > 2 && QString(argv[2]) == "1.2")
        runSoap12(argv[1]);
    else
        runSoap11(argv[1]);
    return 0;
}
